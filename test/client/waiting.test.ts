/** Waiting at servers that are busy, odd, or not alone: no state is missed, none comes twice, and nobody is hammered. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { client, type ClientOptions, type Job } from '../../src/client/client.ts'
import { json, slowly, standIn, type Asked, type StandIn } from './support/stand-in.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const MINUTE_MS = 60_000
const pending = { id: '1', task: 'ok', status: 'pending', done: false }
const running = { ...pending, status: 'running' }
const completed = { ...pending, status: 'completed', done: true }
const api = ({ fetch }: StandIn, options: ClientOptions = {}) =>
  client({ url: 'http://api.example', fetch, ...options })

const isStream = ({ url }: Asked) => url.endsWith('/events')
const eventOf = (job: unknown, id: number) => `event: job\nid: ${id}\ndata: ${JSON.stringify(job)}\n\n`
const stream = (body: string | ReadableStream<Uint8Array>) =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' } })

async function outcomeOf<T>(call: Promise<T>, ms = 10 * MINUTE_MS): Promise<T | Error> {
  const settled = call.catch((error: unknown) => error as Error)
  await vi.advanceTimersByTimeAsync(ms)
  return settled
}

describe('a server that', () => {
  // About one a second, at most: what it costs to ask a server that never says for how long.
  const MOST = 70

  it('says that it waits, and answers at once, is asked as Retry-After says', async () => {
    const server = standIn(({ headers }) => {
      const held = { etag: '"1"', 'Preference-Applied': 'wait=30', 'Retry-After': '5' }
      if (headers.has('if-none-match')) return new Response(null, { status: 304, headers: held })
      return json(pending, { headers: held })
    })
    const states: Job[] = []
    const waiting = api(server).wait('1', { onChange: (job) => states.push(job), timeoutSeconds: 60 })
    expect(await outcomeOf(waiting)).toMatchObject({ name: 'DeadlineError', job: { id: '1' } })
    expect(server.asked.length).toBeLessThan(20)
    expect(states).toHaveLength(1)
  })

  it('has no tags is asked as Retry-After says', async () => {
    const server = standIn(() => json(pending, { headers: { 'Preference-Applied': 'wait=30' } }))
    const onChange = () => undefined
    expect(await outcomeOf(api(server).wait('1', { onChange, timeoutSeconds: 60 }))).toBeInstanceOf(Error)
    expect(server.asked.length).toBeLessThan(MOST)
  })

  it('ends its streams after the first event is not asked again and again', async () => {
    const server = standIn((request) =>
      isStream(request) ? stream(eventOf(running, 1)) : json(running, { headers: { etag: '"1"' } }),
    )
    const states: Job[] = []
    const onChange = (job: Job) => states.push(job)
    const waiting = api(server).wait('1', { events: true, onChange, timeoutSeconds: 60 })
    expect(await outcomeOf(waiting)).toMatchObject({ name: 'DeadlineError', job: { status: 'running' } })
    expect(server.asked.length).toBeLessThan(2 * MOST)
    expect(states).toHaveLength(1)
  })
})

describe('a run', () => {
  it('that cannot get the result says which job has it', async () => {
    const server = standIn(({ url }) =>
      url.endsWith('/result') ? new Response(null, { status: 503 }) : json(completed),
    )
    for (const [name, options] of [
      ['ProblemError', {}],
      ['DeadlineError', { timeoutSeconds: 5 }],
    ] as const)
      expect(await outcomeOf(api(server).run('ok', {}, options))).toMatchObject({ name, job: { id: '1' } })
  })

  it('of a job that has ended by then tells of it as well', async () => {
    const server = standIn(() => json({ ...completed, result: 1 }))
    const states: Job[] = []
    expect(await outcomeOf(api(server).run('ok', {}, { onChange: (job) => states.push(job) }))).toBe(1)
    expect(states).toMatchObject([{ status: 'completed' }])
    expect(server.asked.length).toBe(1)
  })

  it('waits on where somebody has the job run again before it was seen to have failed', async () => {
    const states = [pending, running, pending, { ...completed, result: 1 }]
    const server = standIn((_, before) => json(states[before], { status: before === 0 ? 202 : 200 }))
    expect(await outcomeOf(api(server).run('ok', {}))).toBe(1)
  })

  it('of a job that is deleted meanwhile rejects with that', async () => {
    const server = standIn((_, before) =>
      before === 0 ? json(pending, { status: 202 }) : json({ code: 'job-expired' }, { status: 410 }),
    )
    expect(await outcomeOf(api(server).run('ok', {}))).toMatchObject({
      code: 'job-expired',
      job: { id: '1' },
    })
  })
})

describe('an event stream', () => {
  async function statesOf(events: AsyncIterable<Job>): Promise<string[]> {
    const states: string[] = []
    for await (const { status } of events) states.push(status)
    return states
  }

  it('that something in between cuts every few seconds goes on, however long nothing changes', async () => {
    const server = standIn(({ headers, signal }, before) => {
      if (before === 0) return stream(eventOf(running, 1))
      expect(headers.get('last-event-id')).toBe('1')
      if (before === 20) return stream(eventOf(completed, 2))
      return stream(slowly(['retry: 2000\n\n', ': still here\n\n'], 5000, signal))
    })
    expect(await outcomeOf(statesOf(api(server).events('1')))).toEqual(['running', 'completed'])
  })

  it('that ends at once is asked for with pauses', async () => {
    const server = standIn((_, before) =>
      before === 0 ? stream(eventOf(running, 1)) : stream('retry: 2000\n\n'),
    )
    const reading = statesOf(api(server).events('1', { timeoutSeconds: 60 }))
    expect(await outcomeOf(reading)).toMatchObject({ name: 'DeadlineError' })
    expect(server.asked.length).toBeLessThan(70)
  })

  it('that has nothing in it, ever, is given up', async () => {
    const server = standIn(() => stream(''))
    expect(await outcomeOf(statesOf(api(server).events('1')))).toMatchObject({ name: 'ConnectionError' })
    expect(server.asked.length).toBeLessThan(30)
  })

  it('that is a page instead is no stream', async () => {
    const server = standIn(() => new Response('<p>Sign in</p>', { headers: { 'content-type': 'text/html' } }))
    expect(await outcomeOf(statesOf(api(server).events('1')))).toMatchObject({ name: 'ProblemError' })
    expect(server.asked.length).toBe(1)
  })
})
