/** For how long the client waits and tries again, by a clock that the tests turn. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { client, ConnectionError, type ClientOptions } from '../../src/client/client.ts'
import { json, slowly, standIn, type StandIn } from './support/stand-in.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const pending = { id: '1', task: 'ok', status: 'pending', done: false }
const completed = { ...pending, status: 'completed', done: true, result: { fine: true } }
const api = ({ fetch }: StandIn, options: ClientOptions = {}) =>
  client({ url: 'http://api.example', fetch, ...options })

/** What comes of it, however long that takes. */
async function outcomeOf<T>(call: Promise<T>): Promise<T | Error> {
  const settled = call.catch((error: unknown) => error as Error)
  await vi.advanceTimersByTimeAsync(600_000)
  return settled
}

describe('a server that dies without a word', () => {
  it('while it holds an answer is asked again', async () => {
    const server = standIn((_, before) => (before === 0 ? undefined : json(completed)))
    expect(await outcomeOf(api(server).wait('1'))).toMatchObject({ done: true })
  })

  it('is given up only after it was tried for as long as it should be', async () => {
    const server = standIn(() => undefined)
    expect(await outcomeOf(api(server, { retrySeconds: 0 }).get('1'))).toBeInstanceOf(ConnectionError)
    expect(server.asked.length).toBe(1)
    expect(await outcomeOf(api(server, { retrySeconds: NaN }).get('1'))).toBeInstanceOf(ConnectionError)
    expect(server.asked.length).toBe(2)
    expect(await outcomeOf(api(server, { retrySeconds: 90 }).get('1'))).toBeInstanceOf(ConnectionError)
    expect(server.asked.length).toBeGreaterThan(4)
  })
})

describe('an answer', () => {
  it('that takes minutes to arrive is waited for as long as there is more of it', async () => {
    const server = standIn(({ signal }) => {
      const body = slowly(['{"large"', ':', 'tr', 'ue}'], 25_000, signal)
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    })
    expect(await outcomeOf(api(server).result('1'))).toEqual({ large: true })
    expect(server.asked.length).toBe(1)
  })

  it('that stops in the middle is asked for again', async () => {
    const server = standIn(({ signal }, before) =>
      before === 0
        ? new Response(slowly(['{"large":', 'true}'], 31_000, signal), {
            headers: { 'content-type': 'application/json' },
          })
        : json({ large: true }),
    )
    expect(await outcomeOf(api(server).result('1'))).toEqual({ large: true })
    expect(server.asked.length).toBe(2)
  })

  it('that is still arriving ends at the deadline', async () => {
    const server = standIn(({ signal }) => new Response(slowly(['{', '}'], 25_000, signal)))
    const ended = await outcomeOf(api(server, { timeoutSeconds: 40 }).result('1'))
    expect(ended).toMatchObject({ name: 'DeadlineError' })
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
  })
})

describe('a deadline', () => {
  it('that is no number is over at once', async () => {
    const server = standIn(() => json(pending))
    for (const timeoutSeconds of [NaN, 0, -1])
      expect(await outcomeOf(api(server, { timeoutSeconds }).wait('1'))).toMatchObject({
        name: 'DeadlineError',
      })
    expect(server.asked.length).toBe(0)
  })

  it('is left time for the answer, also at a later try', async () => {
    const server = standIn((_, before) => {
      if (before === 0) return new Response(null, { status: 503, headers: { 'Retry-After': '5' } })
      return json(pending, { status: 202 })
    })
    const ended = await outcomeOf(api(server, { timeoutSeconds: 10 }).run('ok', {}))
    expect(ended).toMatchObject({ name: 'DeadlineError', job: { id: '1' } })
    expect(server.asked[0]?.headers.get('prefer')).toBe('wait=10')
    expect(server.asked[1]?.headers.get('prefer')).toBe('wait=4')
  })

  it('is kept however far away it is', async () => {
    const server = standIn((_, before) => (before < 3 ? json(pending) : json(completed)))
    const ended = await outcomeOf(api(server, { timeoutSeconds: 1e12, retrySeconds: Infinity }).wait('1'))
    expect(ended).toMatchObject({ done: true })
  })
})
