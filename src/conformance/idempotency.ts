/** Submitting with a key, and telling a replay from a first answer. */
import { randomUUID } from 'node:crypto'
import type { Answer } from './exchange.ts'
import { expect, expectEqual } from './expect.ts'
import type { FixtureName } from './profile.ts'
import type { Submitted, SubmitOptions, Target } from './target.ts'

/** A key nobody has used, as the header field wants it: a structured string. */
export function freshKey(): string {
  return `"${randomUUID()}"`
}

/** The options of a submission with this key. */
export function keyed(
  key: string | readonly string[],
  { headers, ...options }: SubmitOptions = {},
): SubmitOptions {
  return { ...options, headers: { ...headers, 'Idempotency-Key': key } }
}

export function isReplay({ headers }: Answer): boolean {
  return headers['idempotent-replayed'] === 'true'
}

/** Submits under a key and expects that to be the first time. */
export async function submitFirst(
  target: Target,
  name: FixtureName,
  options: SubmitOptions,
): Promise<Submitted> {
  const first = await target.submit(name, options)
  expectEqual(
    first.answer.headers['idempotent-replayed'],
    undefined,
    'Idempotent-Replayed of a first submission',
  )
  return first
}

/** 202, the same Location to the letter, and marked: all that a replay is. */
export function expectReplayOf(first: Answer, answer: Answer, what: string): void {
  expect(
    answer.status === 202,
    `${what} was answered ${answer.status}, not 202: ${answer.text.slice(0, 160)}`,
  )
  expectEqual(answer.headers['location'], first.headers['location'], `${what}: Location`)
  expectEqual(answer.headers['idempotent-replayed'], 'true', `${what}: Idempotent-Replayed`)
}

/**
 * How often the `count` fixture has run, where the operator can tell.
 * @returns what the report is to say where he cannot
 */
export async function expectRunOnce(target: Target, unique: string): Promise<string | undefined> {
  if (target.profile.operator.counter === undefined)
    return 'how often it ran was not counted: the profile has no operator step "counter"'
  expectEqual(Number(await target.operate('counter', unique)), 1, 'how often the work was done')
  return undefined
}
