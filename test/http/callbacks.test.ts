import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { derivedSecret } from '../../src/callbacks.ts'
import { hasten } from '../support/hasten.ts'
import { startReceiver, type Received, type Receiver } from '../support/receiver.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const [NEW, OLD] = [
  'bmV3IHNlY3JldCBvZiB0d2VudHktZm91ciBieXRlcyE=',
  'b2xkIHNlY3JldCBvZiB0d2VudHktZm91ciBieXRlcyE=',
]
const house = useHouse({ ACCEPTD_CALL_PRIVATE: 'yes', ACCEPTD_WEBHOOK_SECRETS: `whsec_${NEW},whsec_${OLD}` })

interface Message {
  readonly type: string
  readonly timestamp: string
  readonly data: Record<string, unknown>
}
interface DeliveryDocument {
  readonly id: string
  readonly messageId: string
  readonly event: string
  readonly status: string
  readonly attempt: number
  readonly maxAttempts: number
  readonly nextAttemptAt?: string
  readonly error?: { readonly code: string; readonly detail: string }
  readonly links: { readonly self: string; readonly attempts: string; readonly redeliver?: string }
}

const messageOf = ({ body }: Received) => JSON.parse(body) as Message
const submit = (task: string, input: object, url: string, more: Record<string, unknown> = {}) =>
  house.api
    .post('/jobs')
    .send({ task, input, callbackUrl: url, ...more })
    .expect(202)
    .then(({ headers }) => String((headers as Record<string, string>)['location']))
const has = (receiver: Receiver, count: number) =>
  until(`${count} to be received`, () => receiver.received.length >= count)
const deliveriesOf = async (location: string) => {
  const { body } = await house.api.get(`${location}/deliveries`).expect(200)
  return (body as { items: DeliveryDocument[] }).items
}
const delivery = async (location: string, status: string) => {
  await until(`a delivery to be ${status}`, async () => (await deliveriesOf(location))[0]?.status === status)
  return (await deliveriesOf(location))[0]!
}

describe('a callback', () => {
  it.each([
    ['ok', {}, 'job.completed', 'completed'],
    ['fail', { how: 'permanent' }, 'job.failed', 'failed'],
  ] as const)('of a job of %s %o says %s', async (task, input, event, status) => {
    await using receiver = await startReceiver()
    const location = await submit(task, input, receiver.url)
    await has(receiver, 1)
    const job = await house.reaches(location, status)
    const [first] = receiver.received
    const { type, timestamp, data } = messageOf(first!)
    expect(type).toBe(event)
    expect(timestamp).toBe(job.finishedAt)
    expect(data).toMatchObject({ id: job.id, task, status, links: { self: location } })
    expect(data['error']).toEqual(job.error)
    expect(data).not.toHaveProperty('result')
    expect(job).toMatchObject({ callbackUrl: receiver.url, links: { deliveries: `${location}/deliveries` } })
    expect(first!.headers).toMatchObject({ 'content-type': 'application/json' })
    expect(String(first!.headers['traceparent']).split('-')[1]).toBe(job.id.replaceAll('-', ''))
    await delivery(location, 'completed')
  })

  it('of a canceled job says so, whether it ran or not', async () => {
    await using receiver = await startReceiver()
    const waiting = await submit('ok', {}, receiver.url, { runAt: new Date(Date.now() + 1e6).toISOString() })
    await house.api.post(`${waiting}/cancel`).expect(200)
    await has(receiver, 1)
    const running = await submit('slow', { seconds: 60 }, receiver.url)
    await house.reaches(running, 'running')
    await house.api.post(`${running}/cancel`).expect(202)
    await has(receiver, 2)
    expect(receiver.received.map((one) => messageOf(one).type)).toEqual(['job.canceled', 'job.canceled'])
  })

  it('is signed with every secret, anew at each attempt, under one id', async () => {
    await using receiver = await startReceiver((_, nth) => ({ status: nth < 3 ? 500 : 204 }))
    const location = await submit('ok', {}, receiver.url)
    for (const attempt of [1, 2]) {
      await has(receiver, attempt)
      await until('another attempt to be due', async () => {
        const [one] = await deliveriesOf(location)
        return one?.status === 'pending' && one.attempt === attempt
      })
      await hasten(house.database.pool, (await deliveriesOf(location))[0]!.id)
    }
    await has(receiver, 3)
    const done = await delivery(location, 'completed')
    expect(done.attempt).toBe(3)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([done.messageId]),
    )
    for (const { headers, body } of receiver.received) {
      for (const secret of [NEW, OLD]) {
        new Webhook(secret).verify(body, headers as Record<string, string>)
      }
      expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2)
      expect(() => new Webhook(NEW).verify(`${body} `, headers as Record<string, string>)).toThrow()
    }
  })

  it('is only of the events that were asked for', async () => {
    await using receiver = await startReceiver()
    const silent = await submit('ok', {}, receiver.url, { callbackEvents: ['job.failed'] })
    await house.reaches(silent, 'completed')
    const told = await submit('fail', { how: 'permanent' }, receiver.url, { callbackEvents: ['job.failed'] })
    await has(receiver, 1)
    expect(messageOf(receiver.received[0]!).data['id']).toBe(told.split('/').at(-1))
    expect(await deliveriesOf(silent)).toEqual([])
  })

  it('has the result with it on request, and the headers of a CloudEvent', async () => {
    await using receiver = await startReceiver()
    const { headers } = await house.api
      .post(
        `/tasks/word-count?callbackUrl=${encodeURIComponent(receiver.url)}&callbackPayload=full&callbackCloudEvents=true&callbackEvents=job.completed`,
      )
      .send({ text: 'a b' })
      .expect(202)
    await has(receiver, 1)
    const [{ headers: sent }] = receiver.received as [Received]
    expect(messageOf(receiver.received[0]!).data['result']).toEqual({ words: 2 })
    expect(sent).toMatchObject({
      'ce-specversion': '1.0',
      'ce-id': sent['webhook-id'],
      'ce-source': '/jobs',
      'ce-type': 'job.completed',
      'ce-time': messageOf(receiver.received[0]!).timestamp,
    })
    expect(sent).not.toHaveProperty('ce-datacontenttype')
    await house.reaches(String((headers as Record<string, string>)['location']), 'completed')
  })

  it('is not in the list of jobs, but for those who ask for it', async () => {
    await using receiver = await startReceiver()
    const location = await submit('ok', {}, receiver.url)
    const { id } = await delivery(location, 'completed')
    const ids = async (query: string) => {
      const { body } = await house.api.get(`/jobs?limit=100${query}`).expect(200)
      return (body as { items: { id: string }[] }).items.map((job) => job.id)
    }
    expect(await ids('')).not.toContain(id)
    expect(await ids('&task=webhook')).toContain(id)
  })
})

describe('a receiver', () => {
  it('that answers anything but 2xx is asked again by the published schedule, a redirect not followed', async () => {
    await using other = await startReceiver()
    await using receiver = await startReceiver(() => ({ status: 302, headers: { location: other.url } }))
    const location = await submit('ok', {}, receiver.url)
    await until('the first attempt', async () => (await deliveriesOf(location))[0]?.attempt === 1)
    const pending = await delivery(location, 'pending')
    const job = await house.api.job(pending.links.self)
    const wait = (Date.parse(pending.nextAttemptAt!) - Date.parse(job.updatedAt)) / 1000
    expect(wait).toBeGreaterThanOrEqual(5)
    expect(wait).toBeLessThanOrEqual(5.6)
    expect(other.received).toEqual([])
    await house.api.post(`${pending.links.self}/cancel`)
  })

  it('that says when to come back is not called before', async () => {
    await using receiver = await startReceiver(() => ({ status: 503, headers: { 'retry-after': '1000' } }))
    const location = await submit('ok', {}, receiver.url)
    await until('the first attempt', async () => (await deliveriesOf(location))[0]?.attempt === 1)
    const pending = await delivery(location, 'pending')
    const job = await house.api.job(pending.links.self)
    expect((Date.parse(pending.nextAttemptAt!) - Date.parse(job.updatedAt)) / 1000).toBeCloseTo(1000, 0)
    await house.api.post(`${pending.links.self}/cancel`).expect(200)
  })

  it('that answers 410 is told nothing more, until it takes a test', async () => {
    let gone = true
    await using receiver = await startReceiver(() => ({ status: gone ? 410 : 204 }))
    const first = await submit('ok', {}, receiver.url)
    expect((await delivery(first, 'failed')).error).toMatchObject({ code: 'callback-off' })
    const second = await submit('ok', {}, receiver.url)
    expect((await delivery(second, 'failed')).error?.detail).toMatch(/410 before/)
    expect(receiver.received).toHaveLength(1)

    gone = false
    const test = await house.api.submit('webhook', { url: receiver.url })
    await house.reaches(test.location, 'completed')
    expect(messageOf(receiver.received[1]!).type).toBe('webhook.test')
    const third = await submit('ok', {}, receiver.url)
    await delivery(third, 'completed')
    const { body } = await house.api.post((await deliveriesOf(second))[0]!.links.redeliver!).expect(202)
    await house.reaches((body as { links: { self: string } }).links.self, 'completed')
    expect(receiver.received).toHaveLength(4)
  })

  it('that answers 410 is told nothing more, however long its address is', async () => {
    await using receiver = await startReceiver(() => ({ status: 410 }))
    // Of letters by chance: others would be compressed.
    const url = `${receiver.url}/${randomBytes(3500).toString('hex')}`
    for (const detail of [/answered 410:/, /410 before/]) {
      const location = await submit('ok', {}, url)
      expect((await delivery(location, 'failed')).error).toMatchObject({
        code: 'callback-off',
        detail: expect.stringMatching(detail) as string,
      })
    }
    expect(receiver.received).toHaveLength(1)
  })

  it('is told once more with as many attempts as the first time', async () => {
    await using receiver = await startReceiver()
    const location = await submit('ok', {}, receiver.url)
    const done = await delivery(location, 'completed')
    // As after some attempts that dying workers cut off, and among the suspects.
    await house.database.pool.query(
      `update acceptd.jobs set max_attempts = 20, queue = 'webhooks/.suspects' where id = $1`,
      [done.id],
    )
    const { body } = await house.api.post(done.links.redeliver!).expect(202)
    expect(body).toMatchObject({ maxAttempts: done.maxAttempts })
    await has(receiver, 2)
    const { rows } = await house.database.pool.query('select queue from acceptd.jobs where id = $1', [
      (body as { id: string }).id,
    ])
    expect(rows).toEqual([{ queue: 'webhooks' }])
  })

  it('is told once more on request, under the same id', async () => {
    await using receiver = await startReceiver()
    const location = await submit('ok', {}, receiver.url)
    const done = await delivery(location, 'completed')
    await house.api.post(done.links.redeliver!).expect(202)
    await has(receiver, 2)
    const [one, two] = receiver.received
    expect(one!.headers['webhook-id']).toBe(two!.headers['webhook-id'])
    expect(one!.body).toBe(two!.body)
    expect(await deliveriesOf(location)).toHaveLength(2)
  })

  it('has nothing it says shown to anybody but its status', async () => {
    await using receiver = await startReceiver(() => ({ status: 400, body: 'canary-of-the-receiver' }))
    const location = await submit('ok', {}, receiver.url)
    await until('the first attempt', async () => (await deliveriesOf(location))[0]?.attempt === 1)
    const { id, links } = await delivery(location, 'pending')
    const { body } = await house.api.get(links.attempts).expect(200)
    expect((body as { items: unknown[] }).items[0]).toMatchObject({
      outcome: 'failed',
      transcript: [{ response: { status: 400 } }],
    })
    const { rows } = await house.database.pool.query<{ text: string }>(
      `select coalesce(string_agg(t::text, ' '), '') as text from (
        select j::text as t from acceptd.jobs j union all select a::text from acceptd.attempts a
      ) all_text`,
    )
    expect(rows[0]!.text).not.toContain('canary-of-the-receiver')
    await house.api.post(`/jobs/${id}/cancel`).expect(200)
  })
})

describe('a callback URL', () => {
  it.each([
    'ftp://example.org/',
    'https://user:secret@example.org/',
    'http://93.184.216.34/',
    'http://169.254.169.254/latest',
    'no url',
  ])('that is %s is refused', async (callbackUrl) => {
    const { body } = await house.api.post('/jobs').send({ task: 'ok', input: {}, callbackUrl }).expect(422)
    expect(body).toMatchObject({ errors: [{ pointer: '#/callbackUrl' }] })
  })

  it('that may not be called is refused by its name where it stands in the query', async () => {
    const wrong = encodeURIComponent('http://169.254.169.254/latest')
    const { body } = await house.api.post(`/tasks/ok?callbackUrl=${wrong}`).send({}).expect(422)
    expect(body).toMatchObject({ errors: [{ parameter: 'callbackUrl' }] })
  })

  it('of somebody else’s job is nobody’s business', async () => {
    await house.api.get(`/jobs/${crypto.randomUUID()}/deliveries`).expect(404)
    await using receiver = await startReceiver()
    const location = await submit('ok', {}, receiver.url)
    const done = await delivery(location, 'completed')
    const other = await house.api.submit('ok', {})
    await house.reaches(other.location, 'completed')
    await house.api.post(`${other.location}/deliveries/${done.id}/redeliver`).expect(404)
    await house.api.post(`${location}/deliveries/${other.job.id}/redeliver`).expect(404)
    // Nor is a job run again that has failed and tells nobody of anything.
    const failed = await house.api.submit('fail', {})
    await house.reaches(failed.location, 'failed')
    await house.api.post(`${location}/deliveries/${failed.job.id}/redeliver`).expect(404)
    expect((await house.api.job(failed.location)).status).toBe('failed')
  })
})

describe('a secret that nobody has set', () => {
  it('is derived for each caller, and stays the same', async () => {
    const { db } = house.database
    const secret = await derivedSecret(db, 'ada')
    expect(secret).toMatch(/^whsec_/)
    expect(await derivedSecret(db, 'ada')).toBe(secret)
    expect(await derivedSecret(db, 'bob')).not.toBe(secret)
  })
})
