/** A call and what comes of it: what is sent, what is kept of the answer, how it fails. */
import manifest from '../../package.json' with { type: 'json' }
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { CallError, type CallErrorCode } from '../../src/outbound/call-error.ts'
import { JOB, segment, TRACE } from './support/drive.ts'
import { loopbackCaller, serve, type Reply } from './support/loopback.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

async function resultOf(reply: Reply) {
  const server = await serve(() => reply)
  const { result, error } = await segment({ url: server.url })
  if (!result) throw error ?? new Error('no result')
  return result
}

async function errorOf(reply: Reply, url = '/deep/path?token=hidden') {
  const server = await serve(() => reply)
  const { error } = await segment({ url: `${server.url}${url}`, body: { json: {} } })
  const { code, retryable, retryAfterSeconds } = error ?? {}
  return { code, retryable, retryAfterSeconds, message: error?.message.replace(server.url, 'http://host') }
}

const typed = (type: string) => ({ 'content-type': type })

describe('a request', () => {
  it('says whose it is, which try, and on whose behalf', async () => {
    const server = await serve(() => ({}))
    await segment({ url: `${server.url}/a?b=c` }, { context: { attempt: 3 } })
    const [request] = server.received
    expect(request).toMatchObject({ method: 'GET', url: '/a?b=c' })
    expect(request?.headers).toMatchObject({
      'idempotency-key': JOB,
      'acceptd-attempt': '3',
      'user-agent': `acceptd/${manifest.version}`,
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`)),
    })
    expect(request?.headers['traceparent']).not.toContain('b7ad6b7169203331')
    expect(request?.headers['webhook-signature']).toBeUndefined()
  })

  it('has the caller’s headers, also instead of some of ours', async () => {
    const server = await serve(() => ({}))
    const headers = { 'idempotency-KEY': 'mine', 'X-Secret': { secret: 's3cret' }, 'user-agent': 'me' }
    await segment({ url: server.url, headers })
    expect(server.received[0]?.headers).toMatchObject({
      'idempotency-key': 'mine',
      'x-secret': 's3cret',
      'user-agent': 'me',
    })
  })

  it.each([
    [{ json: { a: [1, { secret: 'hunter2' }] } }, '{"a":[1,"hunter2"]}', 'application/json'],
    [{ json: null }, 'null', 'application/json'],
    [{ text: 'é' }, 'é', 'text/plain; charset=utf-8'],
    [{ base64: 'AAE=' }, '\u0000\u0001', 'application/octet-stream'],
  ])('has the body %o', async (body, bytes, type) => {
    const server = await serve(() => ({}))
    await segment({ url: server.url, body })
    const [request] = server.received
    expect(request?.method).toBe('POST')
    expect(request?.body.toString()).toBe(bytes)
    expect(request?.headers['content-type']).toBe(type)
  })

  it('has the content type the caller says', async () => {
    const server = await serve(() => ({}))
    await segment({ url: server.url, headers: typed('application/ld+json'), body: { json: 1 } })
    expect(server.received[0]?.headers['content-type']).toBe('application/ld+json')
  })

  it('is signed for each secret there is', async () => {
    const server = await serve(() => ({}))
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    await segment({ url: server.url, body: { json: { a: 1 } } }, { secrets: [SECRET, other] })
    const [request] = server.received
    const headers = request?.headers as Record<string, string>
    expect(headers['webhook-id']).toBe(JOB)
    for (const secret of [SECRET, other])
      expect(new Webhook(secret).verify(String(request?.body), headers)).toEqual({ a: 1 })
  })
})

describe('a result', () => {
  it('has the status, some of the headers, and how long it took', async () => {
    const headers = { ETag: '"1"', 'Set-Cookie': 'a=b', 'X-Other': 'x', Link: ['<a>', '<b>'] }
    expect(await resultOf({ status: 201, json: { id: 7 }, headers })).toEqual({
      status: 201,
      headers: {
        'content-type': 'application/json',
        date: expect.any(String),
        etag: '"1"',
        link: '<a>, <b>',
      },
      body: { id: 7 },
      truncated: false,
      bytes: 8,
      timings: { totalMs: expect.any(Number) },
      attempts: 1,
    })
  })

  it.each([
    ['JSON of a kind', typed('application/problem+json; charset=utf-8'), '{"a":1}', { a: 1 }],
    ['JSON that is none', typed('application/json'), '{"a":', '{"a":'],
    ['text', typed('text/html'), '<p>é', '<p>é'],
    ['text in another charset', typed('text/plain; charset=iso-8859-1'), Buffer.from([0xe9]), 'é'],
    ['text with U+0000', typed('text/plain'), 'a\u0000b', 'a\uFFFDb'],
    ['JSON with U+0000', typed('application/json'), '{"a":"\\u0000"}', '{"a":"\\u0000"}'],
    ['JSON with half a pair', typed('application/json'), '["\\ud800"]', '["\\ud800"]'],
    ['JSON with __proto__', typed('application/json'), '{"__proto__":1}', '{"__proto__":1}'],
    ['a number that is an id', typed('application/json'), '[12345678901234567890]', '[12345678901234567890]'],
    ['a number beyond all', typed('application/json'), '[1e400]', '[1e400]'],
    [
      'an ordinary number',
      typed('application/json'),
      '[1.7976931348623157e308,0.1]',
      [1.7976931348623157e308, 0.1],
    ],
    ['no type, but text', {}, 'plain', 'plain'],
    ['nothing', {}, '', null],
  ])('has a body that is %s', async (_, headers, body, kept) => {
    const result = await resultOf({ headers, body })
    expect(result.body).toEqual(kept)
    expect(result.bodyEncoding).toBeUndefined()
  })

  it.each([
    ['bytes', typed('image/png'), Buffer.from([1, 2, 255])],
    ['untyped bytes', {}, Buffer.from([1, 2, 255])],
    ['text in a charset nobody knows', typed('text/plain; charset=klingon'), Buffer.from('abc')],
  ])('has a body that is %s, as base64', async (_, headers, body) => {
    expect(await resultOf({ headers, body })).toMatchObject({
      body: body.toString('base64'),
      bodyEncoding: 'base64',
    })
  })

  it('has the first part of a long body, cut between characters', async () => {
    const body = `a${'é'.repeat(600_000)}`
    const result = await resultOf({ body, headers: typed('text/plain') })
    expect(result).toMatchObject({ truncated: true, bytes: 1_200_001 })
    expect(result.body).toBe(`a${'é'.repeat((1024 * 1024 - 2) / 2)}`)
  })

  it('says where it came from, where that is elsewhere', async () => {
    const server = await serve(() => ({ json: 1 }))
    const caller = {
      ...loopbackCaller,
      call: async (request: Parameters<typeof loopbackCaller.call>[0]) => {
        expect(request).toMatchObject({ follow: 2, privateHeaders: ['x-mine', 'cookie'] })
        const hops = [{ url: request.url, status: 302, location: `${server.url}/b` }]
        return { ...(await loopbackCaller.call(request)), url: `${server.url}/b`, hops }
      },
    }
    const headers = { 'X-Mine': { secret: 'abcd' }, Cookie: 'a=b', Accept: '*/*' }
    const { result, transcript } = await segment({ url: `${server.url}/a`, follow: 2, headers }, { caller })
    expect(result?.url).toBe(`${server.url}/b`)
    expect(transcript[0]?.redirects).toEqual([
      { url: `${server.url}/a`, status: 302, location: `${server.url}/b` },
    ])
  })
})

describe('a failure', () => {
  it('says what was answered, without the query, and quotes the beginning', async () => {
    const body = `{"error":"down\u0007 for\nmaintenance","x":"${'y'.repeat(500)}"}`
    const error = await errorOf({ status: 503, body, headers: typed('application/json') })
    expect(error).toMatchObject({ code: 'http-server-error', retryable: true })
    expect(error.message).toMatch(
      /^POST http:\/\/host\/deep\/path answered 503 Service Unavailable: \{"error":"down for maintenance","x":"y+…$/,
    )
    expect(error.message?.length).toBeLessThan(300)
  })

  it.each([
    [404, 'http-client-error', false],
    [429, 'http-client-error', true],
    [302, 'http-client-error', false],
    [500, 'http-server-error', true],
    [501, 'http-server-error', false],
  ])('of status %i is %s', async (status, code, retryable) => {
    expect(await errorOf({ status })).toMatchObject({ code, retryable })
  })

  it('passes on when the callee wants to be asked again', async () => {
    const headers = { 'Retry-After': '17' }
    expect(await errorOf({ status: 503, headers })).toMatchObject({ retryAfterSeconds: 17 })
    expect(await errorOf({ status: 400, headers })).toMatchObject({ retryAfterSeconds: undefined })
    const later = new Date(Date.now() + 60_000).toUTCString()
    const { retryAfterSeconds } = await errorOf({ status: 429, headers: { 'Retry-After': later } })
    expect(retryAfterSeconds).toBeGreaterThan(50)
  })

  it.each<[CallErrorCode, boolean, string]>([
    ['timeout', true, 'was not answered in time'],
    ['connection-error', true, 'had its connection fail'],
    ['dns-error', true, 'found no address for the host'],
    ['tls-error', true, 'found no connection it could trust'],
    ['blocked-address', false, 'is not allowed'],
    ['response-too-large', false, 'was answered with too much'],
  ])('of a call is %s', async (code, retryable, phrase) => {
    const call = () =>
      Promise.reject(new CallError(code, 'About http://a.example/b?token=hidden it was this'))
    const caller = { ...loopbackCaller, call }
    const given = { url: 'http://a.example/b?token=hidden' }
    const { error, transcript } = await segment(given, { caller })
    expect(error).toMatchObject({ code, retryable })
    expect(error?.message).toBe(`GET http://a.example/b ${phrase}: About http://a.example/b it was this`)
    expect(transcript).toMatchObject([{ error: { code } }])
    expect(JSON.stringify(transcript)).not.toContain('hidden')
  })

  it('of the connection is told apart from a stop', async () => {
    const server = await serve(() => ({ hangsUp: true }))
    const { error } = await segment({ url: server.url })
    expect(error).toMatchObject({ code: 'connection-error', retryable: true })
    const stop = new AbortController()
    const slow = await serve(() => {
      stop.abort(new DOMException('shutdown', 'AbortError'))
      return { hangs: true }
    })
    const stopped = await segment({ url: slow.url }, { context: { signal: stop.signal } })
    expect(stopped.error).toBe(stop.signal.reason)
    expect(stopped.transcript).toMatchObject([{ error: { code: 'stopped' } }])
  })
})
