/** Work that a callee accepted, followed to its end in each of the dialects in which that is done. */
import { describe, expect, it } from 'vitest'
import { drive, JOB, segment, TRACE, type GivenInput, type Options, type Pause } from './support/drive.ts'
import { serve, type Received, type Reply } from './support/loopback.ts'

/** A callee that answers each method and path with what stands there, one after the other, the last for ever. */
function callee(routes: Readonly<Record<string, readonly Reply[]>>) {
  const counts = new Map<string, number>()
  return serve(({ method, url }) => {
    const name = `${method} ${url}`
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return routes[name]?.at(Math.min(count, routes[name].length - 1)) ?? { status: 404 }
  })
}

async function followed(
  routes: Readonly<Record<string, readonly Reply[]>>,
  given: Partial<GivenInput> = {},
  options: Options = {},
) {
  const server = await callee(routes)
  const seen = await drive({ url: `${server.url}/work`, body: { json: {} }, ...given }, options)
  return { ...seen, server, paths: server.received.map(({ method, url }) => `${method} ${url}`) }
}

const accepted = (headers: Record<string, string>, json?: unknown): Reply => ({ status: 202, headers, json })

describe('a callee of our own kind', () => {
  it('is polled where it says, and its result fetched', async () => {
    const links = { self: '/jobs/7', result: '/jobs/7/result', cancel: '/jobs/7/cancel' }
    const { result, pauses, paths } = await followed({
      'POST /work': [accepted({ location: '/jobs/7', 'retry-after': '3' }, { status: 'queued', links })],
      'GET /jobs/7': [
        { json: { status: 'running', links }, headers: { 'retry-after': '9' } },
        { json: { status: 'completed', links } },
      ],
      'GET /jobs/7/result': [{ json: { words: 3 } }],
    })
    expect(result).toMatchObject({ status: 200, body: { words: 3 }, attempts: 1 })
    expect(result?.url).toMatch(/\/jobs\/7\/result$/)
    expect(paths).toEqual(['POST /work', 'GET /jobs/7', 'GET /jobs/7', 'GET /jobs/7/result'])
    const [first, second] = pauses as [Pause, Pause]
    expect(first.seconds).toBeGreaterThanOrEqual(3)
    expect(first.seconds).toBeLessThanOrEqual(3.3)
    expect(second.seconds).toBeGreaterThanOrEqual(9)
  })

  it('may say that it failed, and then that is final unless it says otherwise', async () => {
    const failure = {
      code: 'no-such-account',
      title: 'No account',
      detail: 'There is no 7',
      retryable: false,
    }
    const routes = (error: unknown) => ({
      'POST /work': [accepted({ location: '/jobs/7' })],
      'GET /jobs/7': [{ json: { status: 'failed', error } }],
    })
    const { error, server } = await followed(routes(failure))
    expect(error).toMatchObject({ code: 'callee-failed', retryable: false })
    expect(error?.message).toBe(
      `POST ${server.url}/work was accepted, but ended as "failed": no-such-account: No account: There is no 7`,
    )
    const again = await followed(routes({ ...failure, retryable: true }))
    expect(again.error).toMatchObject({ code: 'callee-failed', retryable: true })
    const told = await followed(routes(failure), { retry: { on: { 'callee-failed': true } } })
    expect(told.error).toMatchObject({ retryable: true })
  })
})

describe('other dialects', () => {
  it('Azure: Azure-AsyncOperation before Location, which has the result', async () => {
    const { result, paths } = await followed({
      'POST /work': [accepted({ location: '/things/1', 'azure-asyncoperation': '/operations/1' })],
      'GET /operations/1': [{ json: { status: 'InProgress' } }, { json: { status: 'Succeeded' } }],
      'GET /things/1': [{ json: { id: 1 } }],
    })
    expect(result?.body).toEqual({ id: 1 })
    expect(paths.slice(1)).toEqual(['GET /operations/1', 'GET /operations/1', 'GET /things/1'])
  })

  it('Azure: resourceLocation, and errors with code and message', async () => {
    const { result } = await followed({
      'POST /work': [accepted({ 'operation-location': '/operations/1', location: '/other' })],
      'GET /operations/1': [{ json: { status: 'succeeded', resourceLocation: '/things/1' } }],
      'GET /things/1': [{ json: { id: 1 } }],
    })
    expect(result?.body).toEqual({ id: 1 })
    const { error } = await followed({
      'POST /work': [accepted({ 'operation-location': '/operations/1' })],
      'GET /operations/1': [{ json: { status: 'Failed', error: { code: 'Quota', message: 'No more' } } }],
    })
    expect(error?.message).toMatch(/ended as "Failed": Quota: No more$/)
  })

  it('Azure: provisioningState', async () => {
    const { result } = await followed({
      'POST /work': [accepted({ location: '/things/1' })],
      'GET /things/1': [
        { json: { properties: { provisioningState: 'Updating' } } },
        { json: { properties: { provisioningState: 'Succeeded' } } },
      ],
    })
    expect(result?.body).toEqual({ properties: { provisioningState: 'Succeeded' } })
  })

  it('OData: 202 until it is done, and then the answer itself', async () => {
    const { result, pauses } = await followed({
      'POST /work': [accepted({ location: '/monitor', 'odata-version': '4.0' })],
      'GET /monitor': [{ status: 202, headers: { 'retry-after': '2' } }, { json: { value: [1] } }],
    })
    expect(result?.body).toEqual({ value: [1] })
    expect(pauses).toHaveLength(2)
  })

  it('FHIR: Content-Location', async () => {
    const { result } = await followed({
      'POST /work': [accepted({ 'content-location': '/monitor' })],
      'GET /monitor': [{ status: 202, headers: { 'x-progress': '40%' } }, { json: { output: [] } }],
    })
    expect(result?.body).toEqual({ output: [] })
  })

  it('303: the result is elsewhere, whatever it looks like', async () => {
    const { result, paths } = await followed({
      'POST /work': [accepted({ location: '/monitor' })],
      'GET /monitor': [{ json: { status: 'pending' } }, { status: 303, headers: { location: '/account' } }],
      'GET /account': [{ json: { status: 'active' } }],
    })
    expect(result?.body).toEqual({ status: 'active' })
    expect(paths.at(-1)).toBe('GET /account')
  })

  it('redirects: the monitor has moved', async () => {
    const { result } = await followed({
      'POST /work': [accepted({ location: '/monitor' })],
      'GET /monitor': [{ status: 307, headers: { location: '/moved' } }],
      'GET /moved': [{ json: { state: 'queued' } }, { json: { state: 'done', n: 1 } }],
    })
    expect(result?.body).toEqual({ state: 'done', n: 1 })
    const { error } = await followed({
      'POST /work': [accepted({ location: '/monitor' })],
      'GET /monitor': [{ status: 302, headers: { location: '/monitor' } }],
    })
    expect(error).toMatchObject({ code: 'http-client-error', retryable: false })
  })

  it('a new monitor with each answer', async () => {
    const { result } = await followed({
      'POST /work': [accepted({ location: '/1' })],
      'GET /1': [accepted({ location: '/2' })],
      'GET /2': [{ status: 201, json: 'done' }],
    })
    expect(result).toMatchObject({ status: 201, body: 'done' })
  })

  it.each(['NotStarted', 'not_started', 'in-progress', 'IN PROGRESS', 'pending', 'processing', 'active'])(
    'the word %s: still going',
    async (status) => {
      const { pauses } = await followed({
        'POST /work': [accepted({ location: '/m' })],
        'GET /m': [{ json: { status } }, { json: { status: 'ok' } }],
      })
      expect(pauses).toHaveLength(2)
    },
  )

  it.each(['failure', 'ERROR', 'cancelled', 'canceled', 'aborted', 'expired', 'timed-out'])(
    'the word %s: it failed',
    async (status) => {
      const { error } = await followed({
        'POST /work': [accepted({ location: '/m' })],
        'GET /m': [{ json: { status, error: 'because' } }],
      })
      expect(error).toMatchObject({ code: 'callee-failed', retryable: false })
      expect(error?.message).toMatch(/: because$/)
    },
  )

  it.each(['shipped', 7, null, { a: 1 }])(
    'the word %o: nothing we know, so it is the result',
    async (status) => {
      const { result } = await followed({
        'POST /work': [accepted({ location: '/m' })],
        'GET /m': [{ json: { status } }],
      })
      expect(result?.body).toEqual({ status })
    },
  )
})

describe('what is not followed', () => {
  it.each<[string, Reply, Partial<GivenInput>]>([
    ['a 202 that says nowhere to look', { status: 202, json: 1 }, {}],
    ['one that leads out of the web', accepted({ location: 'ftp://a/b' }, 1), {}],
    ['one that is not to be followed', accepted({ location: '/m' }, 1), { followAccepted: false }],
    ['a 201', { status: 201, headers: { location: '/m' }, json: 1 }, {}],
  ])('%s', async (_, reply, given) => {
    const { result, pauses } = await followed({ 'POST /work': [reply] }, given)
    expect(result?.body).toBe(1)
    expect(pauses).toEqual([])
  })
})

describe('polls', () => {
  const going = { 'POST /work': [accepted({ location: '/m' })] }

  it('wait longer and longer, but not for ever', async () => {
    const { pauses } = await followed({
      ...going,
      'GET /m': [...Array.from({ length: 15 }, () => ({ status: 202 })), { json: 1 }],
    })
    const seconds = pauses.map((pause) => pause.seconds)
    expect(seconds[0]).toBeGreaterThanOrEqual(1)
    expect(seconds[0]).toBeLessThanOrEqual(1.1)
    expect(seconds[3]).toBeGreaterThanOrEqual(3.375)
    expect(Math.max(...seconds)).toBeLessThanOrEqual(66)
    expect(seconds.at(-1)).toBeGreaterThanOrEqual(60)
  })

  it('take what the callee asks for between a second and an hour', async () => {
    const { pauses } = await followed({
      ...going,
      'GET /m': [
        { status: 202, headers: { 'retry-after': '0' } },
        { status: 202, headers: { 'retry-after': '80000' } },
        { json: 1 },
      ],
    })
    expect(pauses[1]?.seconds).toBeGreaterThanOrEqual(1)
    expect(pauses[1]?.seconds).toBeLessThanOrEqual(1.1)
    expect(pauses[2]?.seconds).toBe(3600)
  })

  it('go on when some fail', async () => {
    const { result, pauses } = await followed({
      ...going,
      'GET /m': [
        { status: 503, headers: { 'retry-after': '20' } },
        { hangsUp: true },
        { status: 429 },
        { json: 1 },
      ],
    })
    expect(result?.body).toBe(1)
    expect(pauses[1]?.seconds).toBeGreaterThanOrEqual(20)
  })

  it('give up after ten failures in a row, with the last of them', async () => {
    const { error, pauses } = await followed({ ...going, 'GET /m': [{ status: 503 }] })
    expect(error).toMatchObject({ code: 'http-server-error', retryable: true })
    expect(pauses).toHaveLength(10)
    const nine = Array.from({ length: 9 }, () => ({ status: 503 }))
    const { result } = await followed({
      ...going,
      'GET /m': [...nine, { status: 202 }, ...nine, { json: 1 }],
    })
    expect(result?.body).toBe(1)
  })

  it.each([404, 410, 401])('end with %i', async (status) => {
    const { error, pauses, server } = await followed({ ...going, 'GET /m': [{ status }] })
    expect(error).toMatchObject({ code: 'http-client-error', retryable: false })
    expect(error?.message).toContain(`GET ${server.url}/m answered ${status}`)
    expect(pauses).toHaveLength(1)
  })

  it('end after a day', async () => {
    const server = await callee({ ...going, 'GET /m': [{ status: 202 }] })
    const given = { url: `${server.url}/work`, body: { json: {} } }
    const { pause } = await segment(given)
    const state = { ...(pause?.state as object), since: Date.now() - 86_400_000 }
    const { error } = await segment(given, { context: { state } })
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(error?.message).toContain('after a day and 0 looks it had not ended')
  })

  it('leave the assertions to the final answer', async () => {
    const success = { json: [{ path: '$.n', equals: 1 }] }
    const { error } = await followed({ ...going, 'GET /m': [{ json: { n: 2 } }] }, { success })
    expect(error).toMatchObject({ code: 'assertion-failed' })
    const { result } = await followed({ ...going, 'GET /m': [{ json: { n: 1 } }] }, { success })
    expect(result?.body).toEqual({ n: 1 })
  })

  it('look again where the result is not there yet', async () => {
    const { result } = await followed({
      ...going,
      'GET /m': [{ json: { status: 'done', links: { result: '/r' } } }],
      'GET /r': [{ status: 503 }, { status: 202 }, { json: 'here' }],
    })
    expect(result?.body).toBe('here')
  })
})

describe('what polls carry', () => {
  const headers = {
    Authorization: { secret: 'Bearer abcdef' },
    Cookie: 'a=b',
    'X-Tenant': 'seven',
    'X-Secret': { secret: 'abcdef' },
    'Content-Type': 'application/json',
  }

  async function pollsOf(where: 'same' | 'other'): Promise<Received | undefined> {
    const other = await serve(() => ({ json: 1 }))
    const server = await callee({
      'POST /work': [accepted({ location: where === 'same' ? '/m' : `${other.url}/m` })],
      'GET /m': [{ json: 1 }],
    })
    const { result } = await drive({ url: `${server.url}/work`, headers, body: { json: {} } })
    expect(result?.body).toBe(1)
    return where === 'same' ? server.received[1] : other.received[0]
  }

  it('to the same origin is what the caller sends, but for what is about the body', async () => {
    const poll = await pollsOf('same')
    expect(poll).toMatchObject({ method: 'GET', url: '/m' })
    expect(poll?.headers).toMatchObject({
      authorization: 'Bearer abcdef',
      cookie: 'a=b',
      'x-tenant': 'seven',
      'x-secret': 'abcdef',
      traceparent: expect.stringContaining(TRACE),
    })
    expect(poll?.headers['content-type']).toBeUndefined()
    expect(poll?.headers['idempotency-key']).toBeUndefined()
    expect(JSON.stringify(poll?.headers)).not.toContain(JOB)
  })

  it('to another origin is nothing that is meant for the first', async () => {
    const poll = await pollsOf('other')
    expect(poll?.headers['x-tenant']).toBe('seven')
    for (const name of ['authorization', 'cookie', 'x-secret']) expect(poll?.headers[name]).toBeUndefined()
  })
})
