/** IDM: how long a key is good for, and where a client can read of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describedApi, operationFor, type Operation } from '../api-description.ts'
import { expect, expectEqual } from '../expect.ts'
import { expectReplayOf, freshKey, keyed, submitFirst } from '../idempotency.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const A_DAY_MS = 86_400_000

const lifetime: Row = {
  id: 'IDM-16',
  title: 'A key is good for as long as its job is kept, a day at least, and free afterwards',
  level: 'C',
  source: 'IDEM s2.3; X7',
  needs: { feature: 'idempotency', fixtures: ['brief'] },
  async check(target) {
    const kept = await target.ends((await target.submit('ok')).job)
    const [finished, expires] = [target.get(kept, 'finishedAt'), target.get(kept, 'expiresAt')]
    const keptMs = Date.parse(String(expires)) - Date.parse(String(finished))
    expect(keptMs >= A_DAY_MS, `a job that ended ${String(finished)} is kept until ${String(expires)}`)

    const options = keyed(freshKey())
    const { answer, job, unique } = await submitFirst(target, 'brief', options)
    await target.ends(job)
    expectReplayOf(
      answer,
      await target.post('brief', { ...options, unique }),
      'a repetition while it is kept',
    )
    await isGone(target, job)
    const anew = await submitFirst(target, 'brief', { ...options, unique })
    expect(anew.job.href !== job.href, `the key of a job that is gone leads to it again, ${job.pathname}`)
  },
}

const LIMIT_MS = 30_000

async function isGone(target: Target, job: URL): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; ; await sleep(100)) {
    const { status } = await target.ask(job)
    if (status === 410 || status === 404) return
    expect(status < 300, `GET ${job.pathname} answered ${status} while waiting for it to expire`)
    expect(Date.now() < end, `${job.pathname} is still there ${LIMIT_MS / 1000} s after its end`)
  }
}

/** What the description of the field must speak of, and by which words that can be told. */
const TOPICS: Readonly<Record<string, RegExp>> = {
  'its format': /\bquot|\bcharacters?\b|\bstring\b/i,
  'its scope': /\byours\b|\bcaller|\bclient|\baccount|\bcredential|\bper\b/i,
  'how long it is good for': /\bexpire|\blifetime\b|\bas long as\b|\bhours?\b|\bdays?\b/i,
}

const CODES = ['idempotency-key-invalid', 'idempotency-key-reused'] as const

const published: Row = {
  id: 'IDM-17',
  title: 'The OpenAPI document tells of the key on every route to submit to: format, scope, lifetime, errors',
  level: 'M',
  source: 'IDEM s2.5.2',
  needs: { feature: 'openapi' },
  async check(target) {
    const api = await describedApi(target)
    const routes = new Map<string, Operation>()
    for (const { path, method } of target.fixtures()) {
      const found = operationFor(api, method, new URL(path, target.base))
      expect(found, `the OpenAPI document has no ${method} ${path}`)
      routes.set(found.path, found)
    }
    for (const route of routes.values()) expectKeyDescribed(route)
    const { keyed: needy } = target.profile.fixtures
    if (needy) {
      const found = operationFor(api, needy.method, new URL(needy.path, target.base))
      expectEqual(found && keyIn(found)['required'], true, `required of the key of ${needy.path}`)
      expectNamed(found, 'idempotency-key-required')
    }
    return `${routes.size} routes looked at`
  },
}

function keyIn({ parameters }: Operation): Record<string, unknown> {
  const found = parameters.find(
    ({ name, in: place }) => place === 'header' && String(name).toLowerCase() === 'idempotency-key',
  )
  return found ?? {}
}

function expectKeyDescribed(route: Operation): void {
  const parameter = keyIn(route)
  expect(parameter['name'] !== undefined, `${route.path} has no parameter Idempotency-Key`)
  expect(typeof parameter['required'] === 'boolean', `${route.path} does not say whether the key is required`)
  const schema = parameter['schema'] as Record<string, unknown> | undefined
  expectEqual(schema?.['type'], 'string', `${route.path}: the type of the key`)
  const { description } = parameter
  for (const [topic, words] of Object.entries(TOPICS))
    expect(
      typeof description === 'string' && words.test(description),
      `${route.path}: the description of the key does not speak of ${topic}`,
    )
  for (const code of CODES) expectNamed(route, code)
}

function expectNamed(route: Operation | undefined, code: string): void {
  const said = JSON.stringify([route?.parameters, route?.operation])
  expect(said.includes(code), `${route?.path ?? 'the route'} does not name ${code}`)
}

export const lifetimeRows: readonly Row[] = [lifetime, published]
