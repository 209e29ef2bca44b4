/** A health document (draft-inadarei-api-health-check-06), checked in full, and waiting for one to say something. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject } from './api-description.ts'
import type { Answer } from './exchange.ts'
import { expect, expectEqual } from './expect.ts'
import { expectNoLeak } from './leaks.ts'
import type { Document, Target } from './target.ts'

export interface Check extends Document {
  /** Such as `database:responseTime`. */
  readonly name: string
}

const STATUSES: ReadonlySet<unknown> = new Set(['pass', 'warn', 'fail'])

/** Its media type, and that its status says what the code says. */
export function expectHealth(answer: Answer): Document {
  const where = `GET ${answer.url.pathname} (${answer.status})`
  expectEqual(
    answer.headers['content-type']?.split(';')[0],
    'application/health+json',
    `${where}: Content-Type`,
  )
  const document = answer.json()
  const { status } = document
  expect(STATUSES.has(status), `${where}: status is ${JSON.stringify(status)}`)
  const fine = answer.status >= 200 && answer.status < 400
  expect(fine === (status !== 'fail'), `${where}: status is "${String(status)}", which the code contradicts`)
  expectNoSecret(answer.text, where)
  return document
}

/** The checks behind the status, each with its name. @throws Error where there are none, or one is not as it must be */
export function checksOf(answer: Answer): Check[] {
  const where = `GET ${answer.url.pathname}`
  const { checks } = answer.json()
  expect(isObject(checks) && Object.keys(checks).length > 0, `${where} has no checks`)
  return Object.entries(checks).flatMap(([name, measured]) => {
    expect(/^[^:]+:[^:]+$/.test(name), `${where}: the key "${name}" is not component:measurement`)
    expect(Array.isArray(measured) && measured.length > 0, `${where}: "${name}" holds no array of checks`)
    return (measured as unknown[]).map((check) => {
      expect(isObject(check), `${where}: "${name}" holds ${JSON.stringify(check)}`)
      expectCheck(check, `${where}: "${name}"`)
      return { ...check, name }
    })
  })
}

function expectCheck(check: Document, where: string): void {
  const { status, observedValue, observedUnit, output } = check
  expect(STATUSES.has(status), `${where}: status is ${JSON.stringify(status)}`)
  if (observedValue !== undefined)
    expect(typeof observedUnit === 'string' && observedUnit !== '', `${where} has a value without a unit`)
  if (status === 'pass') expect(output === undefined, `${where} passes and has an output`)
}

const SECRETS: Readonly<Record<string, RegExp>> = {
  credentials: /\b(?:passw(?:or)?d|secret|api[-_]?key|token)\b/i,
  'an address with a user in it': /\w+:\/\/[^\s"/]*@/,
  'the address of a database': /\b(?:postgres(?:ql)?|mysql|mongodb|redis|amqp)s?:\/\//i,
  'an IP address': /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
}

function expectNoSecret(text: string, where: string): void {
  for (const [name, pattern] of Object.entries(SECRETS)) expect(!pattern.test(text), `${where} shows ${name}`)
  expectNoLeak(text, where)
}

/** Asks until it holds, of an answer that is in itself as it must be. */
export async function untilHealth(
  target: Target,
  path: string,
  what: string,
  withinMs: number,
  holds: (answer: Answer, document: Document) => boolean,
): Promise<Answer> {
  let last = 'nothing was answered'
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(100)) {
    const answer = await target.ask(path, { as: 'none' })
    if (holds(answer, expectHealth(answer))) return answer
    last = `it is ${answer.status} ${answer.text.slice(0, 200)}`
  }
  throw new Error(`GET ${path} was not ${what} within ${withinMs / 1000} s: ${last}`)
}
