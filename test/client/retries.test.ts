/** What the client does when the API, or the way there, is not well. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  client,
  ConnectionError,
  isProblem,
  type ClientOptions,
  type ProblemError,
} from '../../src/client/client.ts'
import { useHouse } from '../support/house.ts'
import { useFront, type Turn } from './support/front.ts'

const house = useHouse()
const front = useFront(() => house.url)
const api = (options: ClientOptions = {}) => client({ url: front.url, ...options })

beforeEach(() => front.reset())

async function jobsTagged(tag: string): Promise<number> {
  const { rows } = await house.database.pool.query(
    'select count(*)::int as count from acceptd.jobs where $1 = any(tags)',
    [tag],
  )
  return (rows as [{ count: number }])[0].count
}

const keysSent = () => new Set(front.seen.map(({ headers }) => headers['idempotency-key']))

describe('a submission', () => {
  const mishaps: readonly (readonly [string, Turn])[] = [
    ['that never arrives', 'drop'],
    ['whose answer is lost', 'lose-answer'],
    ['whose answer breaks off', 'break-off'],
    ...[408, 429, 500, 502, 503, 504].map(
      (status) => [`that is answered with ${status}`, { status }] as const,
    ),
  ]
  it.for(mishaps)('%s is sent again with the same key, and makes one job', async ([, mishap]) => {
    front.next(mishap, mishap)
    const tag = `mishap-${keyOf(mishap)}`
    const result = await api().run('word-count', { text: 'a b' }, { tags: [tag] })
    expect(result).toEqual({ words: 2 })
    expect(front.seen.length).toBe(3)
    expect(keysSent().size).toBe(1)
    expect(new Set(front.seen.map(({ body }) => body)).size).toBe(1)
    expect(await jobsTagged(tag)).toBe(1)
  })

  it('of its own has a key of its own', async () => {
    await Promise.all([api().submit('ok', {}), api().submit('ok', {})])
    expect(keysSent().size).toBe(2)
  })

  it('says that its key was used where the first answer was lost', async () => {
    front.next('lose-answer')
    expect((await api().submit('ok', {})).replayed).toBe(true)
    expect((await api().submit('ok', {})).replayed).toBe(false)
  })

  it('sends a key of any printable characters as it is', async () => {
    const idempotencyKey = String.raw`a "quoted" \ key; x=1`
    const first = await api().submit('ok', {}, { idempotencyKey })
    expect((await api().submit('ok', {}, { idempotencyKey })).id).toBe(first.id)
    await expect(api().submit('ok', {}, { idempotencyKey: 'ü' })).rejects.toThrow()
  })
})

describe('a refusal', () => {
  it.for([400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 501])('%i is final', async (status) => {
    front.next({ status })
    const refused = api().submit('ok', {})
    await expect(refused).rejects.toMatchObject({ name: 'ProblemError', status, code: `http-${status}` })
    expect(front.seen.length).toBe(1)
  })

  it('is what the problem document says, whatever its status', async () => {
    front.next({ status: 503, body: { code: 'closed-for-good', detail: 'Moved away', retryable: false } })
    await expect(api().submit('ok', {})).rejects.toMatchObject({
      code: 'closed-for-good',
      message: 'Moved away',
    })
    expect(front.seen.length).toBe(1)
    front.next({ status: 409, body: { code: 'idempotency-in-progress' } })
    front.next({ status: 418, body: { code: 'come-back', retryable: true } })
    expect((await api().submit('ok', {})).task).toBe('ok')
    expect(front.seen.length).toBe(4)
  })
})

describe('Retry-After', () => {
  it('is waited for, in seconds and as a time by the clock of the server', async () => {
    const now = Date.now()
    const date = new Date(now - 3_600_000).toUTCString()
    const inASecond = new Date(now - 3_600_000 + 1000).toUTCString()
    const turns: readonly Turn[] = [
      { status: 503, headers: { 'Retry-After': '1' } },
      { status: 429, headers: { 'Retry-After': inASecond, Date: date } },
    ]
    for (const turn of turns) {
      front.next(turn)
      const startedAt = performance.now()
      await api().get((await api().submit('ok', {})).id)
      // The back-off alone would be a quarter of a second; how much more than a second it takes is the machine's affair.
      expect(performance.now() - startedAt).toBeGreaterThan(990)
    }
  })

  it('that is longer than it is tried for ends it at once, and says so', async () => {
    front.next({ status: 503, headers: { 'Retry-After': '3600' } })
    const error = await api()
      .submit('ok', {})
      .catch((reason: unknown) => reason)
    expect((error as ProblemError).retryAfterSeconds).toBe(3600)
    front.next({ status: 503, headers: { 'Retry-After': '30' } })
    await expect(api().submit('ok', {}, { timeoutSeconds: 0.2, retrySeconds: 90 })).rejects.toMatchObject({
      name: 'DeadlineError',
    })
  })
})

describe('what is not repeated blindly', () => {
  it('runs a job again once, though the answer was lost and it has failed again since', async () => {
    const job = await api().submit('fail', { how: 'permanent' })
    const failed = await api().wait(job)
    front.next('pass', 'lose-answer')
    const again = await api().retry(job)
    expect(again.attempt).toBeGreaterThanOrEqual(failed.attempt)
    await api().wait(job)
    expect(await api().attempts(job)).toHaveLength(2)
  })

  it('deletes a job though the answer was lost', async () => {
    const job = await api().submit('ok', {})
    await api().wait(job)
    front.next('lose-answer')
    await api().delete(job)
    await expect(api().delete(job)).rejects.toSatisfy((error) => isProblem(error, 'job-expired'))
  })
})

describe('an API that is away', () => {
  it('is a ConnectionError once that was tried for long enough', async () => {
    const nobody = client({ url: 'http://127.0.0.1:1', retrySeconds: 0.6 })
    const error = await nobody.submit('ok', {}).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as Error).message).toMatch(/ECONNREFUSED|bad port/)
    expect((error as Error).cause).toBeInstanceOf(Error)
  })

  it('while a job is waited for is waited out, and the job is still known where it is not', async () => {
    const job = await api().submit('slow', { seconds: 0.5 })
    front.next('drop', { status: 503 }, 'break-off')
    expect((await api().wait(job)).status).toBe('completed')
    const other = await api().submit('ok', {})
    front.each(({ method }) => (method === 'GET' ? 'drop' : undefined))
    const error = await api({ retrySeconds: 0 })
      .wait(other)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionError)
    const running = await api({ retrySeconds: 0 })
      .run('slow', { seconds: 5 }, { onChange: () => undefined })
      .catch((reason: unknown) => reason)
    expect((running as ConnectionError).job).toMatchObject({ task: 'slow' })
    front.reset()
    await api().cancel(String((running as ConnectionError).job?.id))
  })

  it('is told from a page that something in between sends', async () => {
    front.next({ status: 200, headers: { 'Content-Type': 'text/html' } })
    await expect(api().tasks()).rejects.toMatchObject({ code: 'unexpected-answer' })
  })
})

describe('a wait', () => {
  it('asks as Retry-After says where the server does not hold its answers', async () => {
    // A proxy that keeps the preference to itself.
    front.each((request) => {
      delete request.headers['prefer']
      return 'pass'
    })
    const job = await api().submit('slow', { seconds: 0.3 })
    expect((await api().wait(job)).status).toBe('completed')
    expect(front.seen.length).toBeLessThan(5)
  })

  it('is one request where it does', async () => {
    const job = await api().submit('slow', { seconds: 0.5 })
    front.seen.length = 0
    await api().wait(job)
    expect(front.seen.map(({ url }) => url)).toEqual([job.links.self])
  })

  it('goes on with long polls where there is no stream to be had', async () => {
    front.each(({ url }) => (url.endsWith('/events') ? { status: 503 } : undefined))
    const statuses: string[] = []
    const job = await api().submit('slow', { seconds: 0.5 })
    const ended = await api().wait(job, { events: true, onChange: ({ status }) => statuses.push(status) })
    expect(ended.status).toBe('completed')
    expect(statuses.at(-1)).toBe('completed')
  })
})

describe('an event stream that breaks off', () => {
  it('is taken up where it was, and no state comes twice', async () => {
    const job = await api().submit('slow', { seconds: 1.5 })
    // In the middle of an event, and before any.
    front.next('break-off', 'drop', { status: 502 })
    const seen: string[] = []
    for await (const state of api().events(job)) seen.push(JSON.stringify(state))
    expect(JSON.parse(String(seen.at(-1)))).toMatchObject({ status: 'completed' })
    expect(new Set(seen).size).toBe(seen.length)
    expect(front.seen.length).toBeGreaterThan(3)
  })

  it('is closed when its reader stops', async () => {
    const job = await api().submit('slow', { seconds: 20 })
    for await (const { task } of api().events(job)) {
      expect(task).toBe('slow')
      break
    }
    await expect.poll(() => house.watched()).toBe(0)
    await api().cancel(job)
  })
})

function keyOf(turn: Turn): string {
  return typeof turn === 'string' ? turn : String(turn.status)
}
