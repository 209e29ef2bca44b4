import { describe, expect, it } from 'vitest'
import type { EndpointDocument } from '../../src/http/endpoints.ts'
import { useCallee } from '../support/callee.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const callee = useCallee()
const [ADA, BOB] = ['a-key-of-sixteen-or-more', 'b-key-of-sixteen-or-more']
const house = useHouse({
  ACCEPTD_CALL_PRIVATE: 'yes',
  ACCEPTD_CALLS_PER_ORIGIN: '2',
  ACCEPTD_API_KEYS: `ada:${ADA},bob:${BOB}`,
})

const as = (key: string) => ({ Authorization: `Bearer ${key}` })
const endpoints = async (key: string) => {
  const { body } = await house.api.get('/endpoints').set(as(key)).expect(200)
  return (body as { items: EndpointDocument[] }).items
}
const submit = (key: string, url: string) =>
  house.api.submit('http', { url, retry: { limit: 3, delaySeconds: 3600 } }, as(key))
const ended = (key: string, location: string) =>
  until(`${location} to end`, async () => {
    const { body } = await house.api.get(location).set(as(key)).expect(200)
    return (body as { done: boolean }).done
  })

describe('the endpoints', () => {
  it('are nobody’s who has called none, and want a key', async () => {
    expect(await endpoints(ADA)).toEqual([])
    await house.api.get('/endpoints').expect(401)
    await house.api.get('/endpoints?origin=x').set(as(ADA)).expect(400)
  })

  it('are those that one’s own jobs call, last called first, with how that went', async () => {
    const [first, second, others] = [await callee.origin(), await callee.origin(), await callee.origin()]
    for (const [key, url] of [
      [ADA, `${first}/status/200`],
      [ADA, `${first}/status/404`],
      [BOB, `${first}/status/200`],
      [ADA, `${second}/status/204`],
      [BOB, `${others}/status/200`],
    ] as const) {
      await ended(key, (await submit(key, url)).location)
    }
    const list = await endpoints(ADA)
    expect(list.map(({ origin }) => origin)).toEqual([second, first])
    expect(list[1]).toMatchObject({
      state: 'closed',
      calls: 3,
      failures: 0,
      failureShare: 0,
      lastStatuses: [200, 404, 200],
      waiting: 0,
      calling: 0,
    })
    const { p50Ms = -1, p95Ms = -1 } = list[1] ?? {}
    expect(p50Ms).toBeGreaterThan(0)
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms)
    expect(list[1]).not.toHaveProperty('openedAt')
    expect((await endpoints(BOB)).map(({ origin }) => origin)).toEqual([others, first])
  })

  it('say who is called just now and who waits', async () => {
    const origin = await callee.origin()
    const release: (() => void)[] = []
    callee.on('/slow', (_, res) => void release.push(() => res.end()))
    const jobs = []
    for (let n = 0; n < 5; n++) jobs.push(await submit(ADA, `${origin}/slow`))
    jobs.push(await submit(BOB, `${origin}/slow`))
    await until('two to call', () => release.length === 2)
    expect((await endpoints(ADA))[0]).toMatchObject({ origin, calling: 2, waiting: 3 })
    expect((await endpoints(BOB))[0]).toMatchObject({ origin, calling: 0, waiting: 1 })
    callee.on('/slow', (_, res) => void res.end())
    for (const each of release) each()
    for (const [n, { location }] of jobs.entries()) await ended(n < 5 ? ADA : BOB, location)
    expect((await endpoints(ADA))[0]).toMatchObject({ origin, calling: 0, waiting: 0 })
  })

  it('that are not called are open, with when they are tried, and health warns of them', async () => {
    expect(await openCheck()).toEqual([{ status: 'pass', observedValue: 0, observedUnit: 'endpoints' }])
    const { url: dead } = await callee.closedOrigin()
    await Promise.all(Array.from({ length: 12 }, () => submit(ADA, dead)))
    const open = async () => (await endpoints(ADA)).find(({ origin }) => origin === dead)
    await until('the circuit to open', async () => (await open())?.state === 'open')
    const found = (await open()) as EndpointDocument
    const { openedAt = '', nextProbeAt = '', calls, lastStatuses, waiting } = found
    expect(found).toMatchObject({ failureShare: 1, failures: calls })
    expect(lastStatuses).toEqual(Array.from({ length: calls }, () => 0))
    expect(Date.parse(nextProbeAt)).toBeGreaterThan(Date.parse(openedAt))
    // One may have begun to call before it opened.
    expect(waiting).toBeGreaterThan(0)
    expect(calls).toBeGreaterThanOrEqual(10)
    expect(await openCheck()).toMatchObject([
      { status: 'warn', observedValue: 1, output: expect.stringContaining('/endpoints') as string },
    ])
    const { body } = await house.api.get('/health').expect(200)
    expect(body).toMatchObject({ status: 'warn', healthy: true })
    expect(JSON.stringify(body)).not.toContain(dead)
    // What waits for a host says nothing about the workers.
    await house.database.pool.query(
      `update acceptd.jobs set run_at = now() - interval '1 hour' where status = 'pending' and attempt = 0`,
    )
    const checks = (await house.api.get('/health').expect(200)).body as {
      checks: Record<string, { status: string }[]>
    }
    expect(checks.checks['queue:oldestRunnable']).toMatchObject([{ status: 'pass' }])
  })

  it('are forgotten when nobody has called them for a day', async () => {
    const before = await endpoints(ADA)
    await house.database.pool.query(
      `update acceptd.endpoints set seen_at = now() - interval '25 hours' where not held`,
    )
    await until('them to be forgotten', async () => (await endpoints(ADA)).length < before.length)
    expect((await endpoints(ADA)).map(({ state }) => state)).toEqual(['open'])
  })
})

async function openCheck() {
  const { body } = await house.api.get('/health').expect(200)
  return (body as { checks: Record<string, unknown[]> }).checks['endpoints:open']
}
