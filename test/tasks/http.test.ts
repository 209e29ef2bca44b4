/** The http task through the whole program: what is submitted, what the callee sees of it, what the client is told. */
import dns from 'node:dns'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useCallee } from '../support/callee.ts'
import { DIALECTS, json, workIn } from '../support/callee-scenes.ts'
import { useHouse, type House } from '../support/house.ts'
import { until } from '../support/until.ts'

const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SETTINGS = {
  ACCEPTD_CALL_PRIVATE: 'yes',
  ACCEPTD_SECRET_KEYS: 'a-key-for-the-tests-of-calls',
  ACCEPTD_WEBHOOK_SECRETS: WEBHOOK_SECRET,
}

const callee = useCallee()
const ONCE_MORE = { limit: 1, delaySeconds: 0 }

interface Attempt {
  readonly outcome: string
  readonly reason: string
  readonly nextAttemptAt?: string
  readonly endedAt?: string
  readonly error?: { readonly code: string }
  readonly transcript?: readonly Record<string, unknown>[]
}

const attemptsAt = async (house: House, location: string) => {
  const { body } = await house.api.get(`${location}/attempts`).expect(200)
  return (body as { items: Attempt[] }).items
}

/** The job's document once it has ended, however that was. */
async function ended(house: House, location: string): Promise<JobDocument> {
  let job = await house.api.job(location)
  await until(`${location} to end`, async () => {
    job = await house.api.job(location)
    return job.done
  })
  return job
}

async function run(house: House, input: object): Promise<JobDocument> {
  const { location } = await house.api.submit('http', { retry: ONCE_MORE, ...input })
  return ended(house, location)
}

describe('a call', () => {
  const house = useHouse(SETTINGS)

  it('comes back as the result, with what was sent and what came in the attempt', async () => {
    const url = `${await callee.origin()}/echo?a=b`
    const { location, job } = await house.api.submit('http', { url, body: { json: { month: '2026-11' } } })
    const done = await house.reaches(location, 'completed')
    expect(done).toMatchObject({ attempt: 1, maxAttempts: 6 })
    expect(done.result).toMatchObject({
      status: 200,
      body: { method: 'POST', url: '/echo?a=b', body: '{"month":"2026-11"}' },
      attempts: 1,
      truncated: false,
    })
    expect(await attemptsAt(house, location)).toMatchObject([
      {
        outcome: 'completed',
        transcript: [
          {
            request: { method: 'POST', url, headers: { 'idempotency-key': job.id } },
            response: { status: 200 },
          },
        ],
      },
    ])
  })

  it('has the job’s id as its key and the client’s trace in every attempt, and is signed', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const url = `${await callee.origin()}/status/503?signed`
    const { location, job } = await house.api.submit(
      'http',
      { url, body: { json: { text: 'Grüße' } }, retry: { limit: 2, delaySeconds: 0 } },
      { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    )
    expect(await ended(house, location)).toMatchObject({ status: 'failed', attempt: 3 })
    const requests = callee.received.filter((request) => request.url === '/status/503?signed')
    expect(requests.map(({ headers }) => headers['acceptd-attempt'])).toEqual(['1', '2', '3'])
    const parents = new Set<string>()
    for (const { headers, body } of requests) {
      expect(headers['idempotency-key']).toBe(job.id)
      expect(headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
      parents.add(String(headers['traceparent']))
      expect(headers['webhook-id']).toBe(job.id)
      const signed = headers as Record<string, string>
      expect(new Webhook(WEBHOOK_SECRET).verify(body, signed)).toEqual({ text: 'Grüße' })
    }
    expect(parents.size).toBe(3)
  })

  it('follows redirects as far as it was told to', async () => {
    const origin = await callee.origin()
    const [followed, not] = await Promise.all([
      run(house, { url: `${origin}/redirect/3?status=307`, method: 'PUT', body: { text: 'x' }, follow: 5 }),
      run(house, { url: `${origin}/redirect/3`, follow: 2 }),
    ])
    expect(followed).toMatchObject({
      status: 'completed',
      result: { url: `${origin}/echo`, body: { method: 'PUT', body: 'x' } },
    })
    expect(not).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'http-client-error' } })
  })

  it('fails as its status says, for all there are', async () => {
    const PASSING = new Set([408, 425, 429])
    const LASTING = new Set([501, 505, 506, 508, 510, 511])
    const statuses = Array.from({ length: 400 }, (_, n) => 200 + n)
    // Four to an origin: ten calls that fail would open its circuit.
    let origin = ''
    const submitted = []
    for (const [n, status] of statuses.entries()) {
      if (n % 4 === 0) origin = await callee.origin()
      submitted.push(house.api.submit('http', { url: `${origin}/status/${status}`, retry: ONCE_MORE }))
    }
    for (const [n, { location }] of (await Promise.all(submitted)).entries()) {
      const status = statuses[n] ?? 0
      const { status: became, attempt, error, result } = await ended(house, location)
      const again = status < 500 ? PASSING.has(status) : !LASTING.has(status)
      const expected =
        status < 300
          ? { status, became: 'completed', attempt: 1, result: { status } }
          : {
              status,
              became: 'failed',
              attempt: again ? 2 : 1,
              error: { code: status < 500 ? 'http-client-error' : 'http-server-error', retryable: again },
            }
      expect({ status, became, attempt, error, result }).toMatchObject(expected)
    }
  })

  const FAILURES = [
    ['nobody listens', 'refused', 'connection-error', 2],
    ['no answer comes', '/hang', 'timeout', 2],
    ['the answer does not end', '/drip', 'timeout', 2],
    ['the connection is reset within the body', '/reset', 'connection-error', 2],
    ['the connection is closed instead of an answer', '/hang-up', 'connection-error', 2],
    ['the body has no end', '/endless', 'response-too-large', 1],
    ['the body is shorter than it says', '/short', 'connection-error', 2],
    ['the answer is no HTTP', '/nonsense', 'connection-error', 2],
    ['nobody has signed the certificate', 'tls', 'tls-error', 2],
    ['nobody has the name', 'http://nobody.invalid/', 'dns-error', 2],
    ['the address may never be called', 'redirect to metadata', 'blocked-address', 1],
  ] as const

  it.each(FAILURES)('fails where %s', async (_, where, code, attempts) => {
    const urlOf = async () => {
      if (where === 'refused') return (await callee.closedOrigin()).url
      if (where === 'tls') return `${await callee.tlsOrigin()}/echo`
      if (where.startsWith('http:')) return where
      if (where.startsWith('redirect')) {
        return `${await callee.origin()}/status/302?location=http://169.254.169.254/latest`
      }
      return `${await callee.origin()}${where}`
    }
    const { location } = await house.api.submit('http', {
      url: await urlOf(),
      timeoutSeconds: where === '/endless' ? 30 : 1,
      follow: 1,
      retry: ONCE_MORE,
    })
    const job = await ended(house, location)
    expect(job).toMatchObject({ status: 'failed', attempt: attempts, error: { code } })
    for (const attempt of await attemptsAt(house, location)) {
      expect(attempt).toMatchObject({ outcome: 'failed', error: { code }, transcript: [{ error: { code } }] })
    }
  })

  const HOUR = 3600
  const DAY = 86_400
  it.each([
    ['seconds', String(HOUR), HOUR],
    ['a date', () => new Date(Date.now() + HOUR * 1000).toUTCString(), HOUR],
    ['far too many seconds', '999999999999', DAY],
    ['a date in another century', 'Fri, 31 Dec 2199 23:59:59 GMT', DAY],
  ])('waits as long as Retry-After says: %s', async (_, value, seconds) => {
    const path = `/status/503?retry-after=${encodeURIComponent(typeof value === 'string' ? value : value())}`
    const { location } = await house.api.submit('http', { url: `${await callee.origin()}${path}` })
    await until(
      'the first attempt to end',
      async () => (await attemptsAt(house, location))[0]?.outcome === 'failed',
    )
    const job = await house.api.job(location)
    expect(job).toMatchObject({ status: 'pending', attempt: 1 })
    const [attempt] = await attemptsAt(house, location)
    expect(attempt).toMatchObject({ reason: 'back-off', nextAttemptAt: job.nextAttemptAt })
    const wait = (Date.parse(job.nextAttemptAt ?? '') - Date.parse(attempt?.endedAt ?? '')) / 1000
    // A date has whole seconds only.
    expect(wait).toBeGreaterThan(seconds - 10)
    expect(wait).toBeLessThanOrEqual(seconds + 1)
    await house.api.post(`${location}/cancel`).expect(200)
  })

  it.each(['soon', '-5', '1e3', '', 'Tomorrow, 01 Jan 2030 00:00:00 GMT'])(
    'takes no notice of a Retry-After that means nothing: %j',
    async (value) => {
      const url = `${await callee.origin()}/status/503?retry-after=${encodeURIComponent(value)}`
      expect(await run(house, { url })).toMatchObject({ status: 'failed', attempt: 2 })
    },
  )

  it('is asked for again by whoever retries the job', async () => {
    const path = '/recovers'
    callee.on(path, (_, res) => void res.writeHead(400).end())
    const { location } = await house.api.submit('http', { url: `${await callee.origin()}${path}` })
    await house.reaches(location, 'failed')
    callee.on(path, (_, res) => json(res, 200, {}))
    await house.api.post(`${location}/retry`).expect(202)
    expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 2 })
    expect(new Set(callee.to(path).map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('to an address that is never called is refused at once, with where it stands', async () => {
    for (const url of [
      'http://169.254.169.254/latest',
      'http://[fd00:ec2::254]/',
      'http://metadata.google.internal/',
    ]) {
      const direct = await house.api.post('/tasks/http').send({ url }).expect(422)
      expect(direct.body).toMatchObject({
        type: '/problems/validation-error',
        errors: [{ pointer: '#/url' }],
      })
      const wrapped = await house.api.post('/jobs').send({ task: 'http', input: { url } }).expect(422)
      expect(wrapped.body).toMatchObject({ errors: [{ pointer: '#/input/url' }] })
    }
  })
})

describe('where nothing private may be called', () => {
  const lookup = dns.lookup
  beforeAll(() => {
    vi.spyOn(dns, 'lookup').mockImplementation((...args: Parameters<typeof lookup>) => {
      const [host, options, callback] = args as unknown as [string, object, (...found: unknown[]) => void]
      if (host === 'private.example') callback(null, [{ address: '127.0.0.1', family: 4 }])
      else lookup(host, options, callback as never)
    })
  })
  const house = useHouse()
  afterAll(() => vi.restoreAllMocks())

  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://example.com:22/',
  ])('%s is refused at once', async (url) => {
    const { body } = await house.api.post('/tasks/http').send({ url }).expect(422)
    expect(body).toMatchObject({ type: '/problems/validation-error', errors: [{ pointer: '#/url' }] })
    const wrapped = await house.api.post('/jobs').send({ task: 'http', input: { url } }).expect(422)
    expect(wrapped.body).toMatchObject({ errors: [{ pointer: '#/input/url' }] })
  })

  it('a name that leads there is not called', async () => {
    const job = await run(house, { url: 'http://private.example/' })
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'blocked-address' } })
    expect(JSON.stringify(job)).not.toContain('127.0.0.1')
  })

  it('nor are secrets taken without a key to keep them with', async () => {
    const url = 'https://example.com/'
    const headers = { Authorization: { secret: 'Bearer of-news' } }
    const { body } = await house.api.post('/tasks/http').send({ url, headers }).expect(422)
    expect(body).toMatchObject({ errors: [{ pointer: '#/headers/Authorization' }] })
    const text = JSON.stringify(body)
    expect(text).not.toContain('of-news')
  })
})

describe('work that the callee accepts', () => {
  const house = useHouse({ ...SETTINGS, ACCEPTD_LANES: 'http=2' })
  const pausedJobs = async (of: House) => {
    const { rows } = await of.database.pool.query<{ count: number }>(
      'select count(*)::int from acceptd.jobs where resume_at is not null',
    )
    return rows[0]?.count
  }

  it.each(DIALECTS)('is followed to its end: %s', async (dialect) => {
    const at = (name: string) => `/${dialect}/${name}`
    const work = workIn(dialect, at('monitor'), at('result'), at('cancel'))
    let polls = 0
    callee.on(at('start'), (_, res) => work.accept(res))
    callee.on(at('monitor'), (_, res) => (polls++ < 1 ? work.going(res) : work.done(res)))
    callee.on(at('result'), (_, res) => json(res, 200, { words: 3 }))
    const job = await run(house, { url: `${await callee.origin()}${at('start')}`, body: { json: {} } })
    expect(job).toMatchObject({ status: 'completed', attempt: 1, result: { body: { words: 3 } } })
    expect(callee.to(at('start'))).toHaveLength(1)
    expect(polls).toBe(2)
  })

  it('holds no slot meanwhile, and a cancel is passed on', async () => {
    const work = workIn('ours', '/slots/monitor', '/slots/result', '/slots/cancel')
    let isDone = false
    callee.on('/slots/start', (_, res) => work.accept(res))
    callee.on('/slots/monitor', (_, res) => (isDone ? work.done(res) : work.going(res)))
    callee.on('/slots/result', (_, res) => json(res, 200, { words: 3 }))
    callee.on('/slots/cancel', (_, res) => void res.writeHead(202).end())
    const origin = await callee.origin()
    const locations = []
    for (let n = 0; n < 6; n++) {
      const { location } = await house.api.submit('http', {
        url: `${origin}/slots/start`,
        body: { json: {} },
      })
      locations.push(location)
    }
    await until('all to be accepted', () => callee.to('/slots/start').length === 6)
    await until('all to wait', async () => ((await pausedJobs(house)) ?? 0) >= 4)
    for (const location of locations) await house.reaches(location, 'running')
    expect(await run(house, { url: `${await callee.origin()}/echo` })).toMatchObject({ status: 'completed' })
    const [canceled = '', ...others] = locations
    await house.api.post(`${canceled}/cancel`).expect(202)
    await house.reaches(canceled, 'canceled')
    expect(callee.to('/slots/cancel').map(({ method }) => method)).toEqual(['POST'])
    isDone = true
    for (const location of others) {
      expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 1 })
    }
    expect(callee.to('/slots/start')).toHaveLength(6)
  })
})

describe('a worker that stops while the callee works', () => {
  const house = useHouse({ ...SETTINGS, ACCEPTD_ROLE: 'api' })

  it('leaves it to the next, which goes on looking and does not ask again', async () => {
    const work = workIn('azure', '/handed/monitor', '/handed/result', '')
    let isDone = false
    callee.on('/handed/start', (_, res) => work.accept(res))
    callee.on('/handed/monitor', (_, res) => (isDone ? work.done(res) : work.going(res)))
    callee.on('/handed/result', (_, res) => json(res, 200, { words: 3 }))
    const first = await house.extend({ ...SETTINGS, ACCEPTD_ROLE: 'worker' })
    const url = `${await callee.origin()}/handed/start`
    const { location } = await house.api.submit('http', { url, body: { json: {} } })
    await until('the first look', () => callee.to('/handed/monitor').length > 0)
    await first.close()
    expect(await house.api.job(location)).toMatchObject({ status: 'running', attempt: 1 })
    const looks = callee.to('/handed/monitor').length
    await house.extend({ ...SETTINGS, ACCEPTD_ROLE: 'worker' })
    await until('another look', () => callee.to('/handed/monitor').length > looks)
    isDone = true
    expect(await house.reaches(location, 'completed')).toMatchObject({
      attempt: 1,
      result: { body: { words: 3 } },
    })
    expect(callee.to('/handed/start')).toHaveLength(1)
  })
})
