import { describe, expect, it } from 'vitest'
import type { OutboundRequest } from '../../src/outbound/caller.ts'
import {
  CERTIFICATE,
  failed,
  get,
  lookupOf,
  serveHttp,
  serveHttps,
  serveRaw,
  testCaller,
} from '../support/outbound.ts'

const OPEN = { privateNetworks: true }

/** Answers /301?to=… with that redirect, and anything else with what it was asked. */
function serveRedirects(host?: string) {
  return serveHttp((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://a')
    const to = searchParams.get('to')
    let body = ''
    req.on('data', (bytes: Buffer) => (body += bytes.toString()))
    req.on('end', () => {
      if (to === null) res.end(JSON.stringify({ method: req.method, body, headers: req.headers }))
      else res.writeHead(Number(pathname.slice(1)), { location: to }).end('moved')
    })
  }, host)
}
const via = (from: string, status: number, to: string) => `${from}/${status}?to=${encodeURIComponent(to)}`
const echo = (body: Buffer) =>
  JSON.parse(body.toString()) as { method: string; body: string; headers: Record<string, string> }

describe('a redirect', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ] as const)('%i of %s is followed with %s', async (status, method, then) => {
    const { url } = await serveRedirects()
    const headers = [
      ['Content-Type', 'text/plain'],
      ['X-Mine', '1'],
    ] as const
    const request = get(via(url, status, '/end#part'), {
      method,
      headers,
      body: Buffer.from('abc'),
      follow: 1,
    })
    const answer = await testCaller(OPEN).call(request)
    expect(answer).toMatchObject({ url: `${url}/end`, status: 200 })
    expect(answer.hops).toEqual([{ url: request.url, status, location: `${url}/end#part` }])
    const seen = echo(answer.body)
    expect([seen.method, seen.body]).toEqual([then, then === method ? 'abc' : ''])
    expect(seen.headers['content-type']).toBe(then === method ? 'text/plain' : undefined)
    expect(seen.headers['x-mine']).toBe('1')
  })

  it('of HEAD stays one', async () => {
    const { url } = await serveRedirects()
    const answer = await testCaller(OPEN).call(get(via(url, 303, '/end'), { method: 'HEAD', follow: 1 }))
    expect(answer).toMatchObject({ status: 200, bytes: 0, url: `${url}/end` })
  })

  it('is the answer where it is not to be followed, one too many, or leads nowhere', async () => {
    const { url } = await serveRedirects()
    const caller = testCaller(OPEN)
    const once = via(url, 302, '/end')
    const twice = via(url, 302, once)
    expect(await caller.call(get(once))).toMatchObject({ status: 302, hops: [], url: once })
    expect(await caller.call(get(twice, { follow: 1 }))).toMatchObject({
      status: 302,
      hops: [{ url: twice }],
      url: once,
    })
    expect((await caller.call(get(via(url, 302, 'http://'), { follow: 1 }))).status).toBe(302)
    expect((await caller.call(get(via(url, 300, '/end'), { follow: 1 }))).status).toBe(300)
    expect((await caller.call(get(via(url, 304, '/end'), { follow: 1 }))).status).toBe(304)
  })

  it('is followed five times at most', async () => {
    const { url } = await serveRaw((socket) => {
      socket.write('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n')
    })
    const answer = await testCaller(OPEN).call(get(url, { follow: 50 }))
    expect([answer.status, answer.hops.length]).toEqual([302, 5])
  })

  it('is checked as the first address was', async () => {
    const secret = await serveHttp((_, res) => void res.end('secret'), '127.0.0.2')
    const { url, port } = await serveRedirects()
    const rules = { exceptions: ['127.0.0.1'] }
    const caller = testCaller(rules, {
      lookup: lookupOf({ 'a.example': ['127.0.0.1'], 'b.example': ['127.0.0.1', '127.0.0.2'] }),
    })
    const targets = [
      secret.url,
      `//127.0.0.2:${secret.port}/`,
      `http://2130706434:${secret.port}/`,
      `http://b.example:${secret.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      `http://user:pw@127.0.0.1:${port}/`,
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
    ]
    for (const target of targets) {
      const error = await failed(caller.call(get(via(url, 307, target), { follow: 3 })))
      expect([target, error.code, error.hops.length]).toEqual([target, 'blocked-address', 1])
      expect(error.message).toMatch(/^After a redirect: The (host|URL)/)
    }
    const nested = via(`http://a.example:${port}`, 302, via(url, 302, secret.url))
    expect((await failed(caller.call(get(nested, { follow: 3 })))).hops).toHaveLength(2)
    expect(secret.connections()).toBe(0)
  })

  it('from https to http is refused where the call is to be secure, and only there', async () => {
    const plain = await serveRedirects()
    const { port } = await serveHttps((_, res) => res.writeHead(302, { location: plain.url }).end())
    const caller = testCaller(OPEN, { ca: CERTIFICATE })
    const request = get(`https://127.0.0.1:${port}/`, { follow: 1 })
    const error = await failed(caller.call({ ...request, secure: true }))
    expect([error.code, error.message]).toEqual([
      'blocked-address',
      'After a redirect: The redirect leads from https to plain http',
    ])
    expect(plain.connections()).toBe(0)
    expect((await caller.call(request)).status).toBe(200)
  })
})

describe('credentials', () => {
  const request: Partial<OutboundRequest> = {
    headers: [
      ['Authorization', 'Bearer x'],
      ['COOKIE', 'a=b'],
      ['X-Api-Key', 'k'],
      ['X-Other', 'o'],
    ],
    privateHeaders: ['x-api-key'],
    follow: 5,
  }
  const shown = (body: Buffer) => {
    const { headers } = echo(body)
    return ['authorization', 'cookie', 'x-api-key', 'x-other'].filter((name) => name in headers)
  }

  it('stay with the same origin', async () => {
    const { url } = await serveRedirects()
    const { body } = await testCaller(OPEN).call(get(via(url, 302, '/end'), request))
    expect(shown(body)).toEqual(['authorization', 'cookie', 'x-api-key', 'x-other'])
  })

  it('are not shown to another host, nor to another port', async () => {
    const [one, two] = [await serveRedirects(), await serveRedirects()]
    const caller = testCaller(OPEN, { lookup: lookupOf({ 'b.example': ['127.0.0.1'] }) })
    for (const target of [`${two.url}/end`, `http://b.example:${one.port}/end`]) {
      const { body } = await caller.call(get(via(one.url, 307, target), request))
      expect(shown(body)).toEqual(['x-other'])
    }
  })

  it('are gone for good: not shown to the first origin either, when another leads back', async () => {
    const [one, two] = [await serveRedirects(), await serveRedirects()]
    const { body, hops } = await testCaller(OPEN).call(
      get(via(one.url, 302, via(two.url, 302, `${one.url}/end`)), request),
    )
    expect(hops).toHaveLength(2)
    expect(shown(body)).toEqual(['x-other'])
  })
})
