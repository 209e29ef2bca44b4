import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
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
import { until } from '../support/until.ts'

const OPEN = { privateNetworks: true }

describe('an answer', () => {
  it('is given with its head in order, its body and what it took', async () => {
    const { url } = await serveHttp((req, res) => {
      res.writeHead(201, 'Made', [
        ['X-One', '1'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ])
      res.end(JSON.stringify([req.method, req.url, req.headers['accept-encoding'], req.headers['x-mine']]))
    })
    const answer = await testCaller(OPEN).call(
      get(`${url}/a?b=c#d`, { method: 'DELETE', headers: [['X-Mine', 'yes']] }),
    )
    expect(answer).toMatchObject({ url: `${url}/a?b=c`, status: 201, statusText: 'Made', hops: [] })
    expect(answer.headers.slice(0, 3)).toEqual([
      ['x-one', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    expect(JSON.parse(answer.body.toString())).toEqual(['DELETE', '/a?b=c', 'identity', 'yes'])
    expect(answer.timings).toEqual({
      connectMs: expect.any(Number),
      firstByteMs: expect.any(Number),
      totalMs: expect.any(Number),
    })
  })

  it('comes by a name, with the time DNS took, and to a body that was sent', async () => {
    const { port } = await serveHttp((req, res) => void req.pipe(res))
    const caller = testCaller(OPEN, { lookup: lookupOf({ 'a.example': ['127.0.0.1'] }) })
    const answer = await caller.call(
      get(`http://a.example.:${port}/`, { method: 'POST', body: Buffer.from('héllo') }),
    )
    expect(answer.url).toBe(`http://a.example:${port}/`)
    expect(answer.body.toString()).toBe('héllo')
    expect(answer.timings.dnsMs).toEqual(expect.any(Number))
  })

  it('is kept as far as it is wanted, and read to its end', async () => {
    const { url } = await serveHttp((_, res) => {
      for (let i = 0; i < 100; i++) res.write('0123456789'.repeat(100))
      res.end()
    })
    const caller = testCaller(OPEN)
    const answer = await caller.call(get(url, { keepBytes: 15 }))
    expect(answer).toMatchObject({ truncated: true, bytes: 100_000 })
    expect(answer.body.toString()).toBe('012345678901234')
    expect(await caller.call(get(url, { keepBytes: 100_000 }))).toMatchObject({
      truncated: false,
      bytes: 100_000,
    })
    expect(await caller.call(get(url, { keepBytes: 0 }))).toMatchObject({
      truncated: true,
      body: Buffer.alloc(0),
    })
  })

  it('of HEAD, of 204 and of 304 has no body, whatever its head says', async () => {
    const { url } = await serveRaw((socket, request) => {
      const status = request.startsWith('HEAD') ? '200 OK' : /\/(\d+)/.exec(request)?.[1]
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 999999999\r\nConnection: close\r\n\r\n`)
    })
    const caller = testCaller(OPEN)
    expect(await caller.call(get(url, { method: 'HEAD' }))).toMatchObject({ status: 200, bytes: 0 })
    expect(await caller.call(get(`${url}/304`))).toMatchObject({ status: 304, bytes: 0 })
  })

  it('is the one after those that only announce it', async () => {
    const { url } = await serveHttp((_, res) => {
      res.writeProcessing()
      res.writeEarlyHints({ link: '</a>; rel=preload' })
      res.end('done')
    })
    const answer = await testCaller(OPEN).call(get(url))
    expect([answer.status, answer.body.toString()]).toEqual([200, 'done'])
  })
})

describe('an answer that is none', () => {
  it.each([
    ['reset', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'connection-error'],
    ['reset', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf', 'connection-error'],
    ['reset', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf', 'connection-error'],
    ['end', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'connection-error'],
    ['end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf', 'connection-error'],
    ['end', '', 'connection-error'],
    ['reset', '', 'connection-error'],
    ['end', 'SSH-2.0-OpenSSH_9.9\r\n', 'connection-error'],
    ['end', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'connection-error'],
    [
      'end',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'connection-error',
    ],
    ['end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 'response-too-large'],
    ['end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(30_000)}\r\n`, 'response-too-large'],
    ['end', 'HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\nhalf', 'response-too-large'],
  ] as const)('%s after %j', async (how, text, code) => {
    const { url } = await serveRaw((socket) => {
      socket.write(text, () => (how === 'end' ? socket.end() : socket.resetAndDestroy()))
    })
    const error = await failed(testCaller(OPEN).call(get(url, { maxBytes: 1_000_000 })))
    expect([error.code, error.message]).toEqual([code, expect.any(String)])
    expect(error.timings?.totalMs).toEqual(expect.any(Number))
    expect(error.message).not.toMatch(/127|undefined|UND_ERR/)
  })

  it('has no end: it is left once it is too long, with the connection', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
      const more = () => {
        if (socket.writable) socket.write('x'.repeat(10_000), more)
      }
      more()
    })
    const error = await failed(testCaller(OPEN).call(get(server.url, { maxBytes: 100_000 })))
    expect([error.code, error.message]).toEqual([
      'response-too-large',
      'The body of the answer is longer than 100000 bytes',
    ])
    await until('the connection to be closed', () => server.sockets.size === 0)
  })

  it('is none of a port where nobody listens, and of a name that nobody has', async () => {
    const caller = testCaller(OPEN, { lookup: lookupOf({ 'empty.example': [] }) })
    expect(await failed(caller.call(get('http://127.0.0.1:1/')))).toMatchObject({
      code: 'connection-error',
      message: 'The host refused the connection',
    })
    expect((await failed(caller.call(get('http://nobody.example/')))).code).toBe('dns-error')
    expect((await failed(caller.call(get('http://empty.example/')))).code).toBe('dns-error')
  })
})

describe('the time of a call', () => {
  const SHORT = { timeoutMs: 300 }

  it('covers DNS', async () => {
    const caller = testCaller(OPEN, { lookup: () => undefined })
    const error = await failed(caller.call(get('http://slow.example/', SHORT)))
    expect([error.code, error.message]).toEqual([
      'timeout',
      'The time of 300 ms was over while waiting for the address of the host',
    ])
  })

  it('covers a server that says nothing', async () => {
    const server = await serveRaw(() => undefined)
    const error = await failed(testCaller(OPEN).call(get(server.url, SHORT)))
    expect([error.code, error.message]).toEqual(['timeout', expect.stringContaining('for the first byte')])
    await until('the connection to be closed', () => server.sockets.size === 0)
  })

  it('covers TLS with one that does not answer', async () => {
    const { port } = await serveRaw(() => undefined)
    const error = await failed(testCaller(OPEN).call(get(`https://127.0.0.1:${port}/`, SHORT)))
    expect([error.code, error.message]).toEqual(['timeout', expect.stringContaining('for a connection')])
  })

  it('covers a head and a body that drip', async () => {
    const drip = async (write: (text: string) => boolean) => {
      while (write('x')) await sleep(20)
    }
    const { url } = await serveRaw((socket, request) => {
      const head = 'HTTP/1.1 200 OK\r\n'
      socket.write(request.startsWith('GET /head') ? `${head}X: ` : `${head}Content-Length: 100000\r\n\r\n`)
      void drip((text) => socket.writable && (socket.write(text), true))
    })
    const caller = testCaller(OPEN)
    for (const path of ['/head', '/body']) {
      const error = await failed(caller.call(get(url + path, SHORT)))
      expect([error.code, error.message]).toEqual(['timeout', expect.stringContaining('rest of the body')])
      expect(error.timings?.firstByteMs).toEqual(expect.any(Number))
    }
  })

  it('covers all hops together', async () => {
    const { url } = await serveHttp((_, res) => {
      setTimeout(() => res.writeHead(302, { location: '/again' }).end(), 120)
    })
    const error = await failed(testCaller(OPEN).call(get(url, { ...SHORT, follow: 5 })))
    expect([error.code, error.hops.length > 0]).toEqual(['timeout', true])
  })

  it('is over at once when the signal says so, with its reason', async () => {
    const server = await serveRaw(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1'),
    )
    const caller = testCaller(OPEN)
    const reason = new Error('Enough')
    const controller = new AbortController()
    const call = caller.call(get(server.url, { signal: controller.signal }))
    await until('the call to be under way', () => server.connections() === 1)
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(caller.call(get(server.url, { signal: controller.signal }))).rejects.toBe(reason)
    await until('the connection to be closed', () => server.sockets.size === 0)
    expect(server.connections()).toBe(1)
  })

  it('is over when the caller is closed, and so is everything it had open', async () => {
    const server = await serveRaw((socket, request) => {
      if (request.startsWith('GET /quick')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const caller = testCaller(OPEN)
    await caller.call(get(`${server.url}/quick`))
    const hanging = failed(caller.call(get(`${server.url}/slow`)))
    await until('the second call', () => server.sockets.size === 1)
    await caller.close()
    expect((await hanging).code).toBe('connection-error')
    await until('every connection to be closed', () => server.sockets.size === 0)
    expect((await failed(caller.call(get(server.url)))).code).toBe('connection-error')
  })
})

describe('connections', () => {
  it('are used again', async () => {
    const server = await serveHttp((_, res) => void res.end('ok'))
    const caller = testCaller(OPEN)
    await caller.call(get(server.url))
    const { timings } = await caller.call(get(server.url))
    expect(server.connections()).toBe(1)
    expect(timings.connectMs).toBeUndefined()
    await Promise.all(['/a', '/b', '/c'].map((path) => caller.call(get(server.url + path))))
    expect(server.connections()).toBe(3)
  })

  it('are closed when nobody uses them', async () => {
    const server = await serveHttp((_, res) => void res.end('ok'))
    const caller = testCaller(OPEN, { idleMs: 50 })
    await caller.call(get(server.url))
    await until('the connection to be closed', () => server.sockets.size === 0)
    expect((await caller.call(get(server.url))).status).toBe(200)
  })

  it('that were closed meanwhile are replaced, also for what is not idempotent', async () => {
    const server = await serveHttp((_, res) => void res.end('ok'))
    const caller = testCaller(OPEN)
    for (const method of ['POST', 'GET', 'POST']) {
      expect((await caller.call(get(server.url, { method }))).status).toBe(200)
      for (const socket of server.sockets) socket.end()
      await until('the connection to be closed', () => server.sockets.size === 0)
    }
  })

  it('that are reset under a body without a length are no end of it', async () => {
    let answers = 0
    const server = await serveRaw((socket) => {
      if (answers++ === 0) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf')
      setTimeout(() => socket.resetAndDestroy(), 50)
    })
    const caller = testCaller(OPEN)
    await caller.call(get(server.url))
    expect((await failed(caller.call(get(server.url)))).message).toBe('The connection was reset')
    expect(server.connections()).toBe(1)
  })

  it('that end under a request are replaced where it may be sent twice, and there only', async () => {
    const seen: string[] = []
    // Answers the first request on each connection, and ends with the second.
    const server = await serveHttp((req, res) => {
      const { socket } = req as typeof req & { socket: { used?: boolean } }
      seen.push(`${req.method}${socket.used ? ' again' : ''}`)
      if (socket.used) socket.destroy()
      else res.end('ok')
      socket.used = true
    })
    const caller = testCaller(OPEN)
    await caller.call(get(server.url))
    expect((await caller.call(get(server.url))).status).toBe(200)
    expect((await failed(caller.call(get(server.url, { method: 'POST' })))).code).toBe('connection-error')
    expect(seen).toEqual(['GET', 'GET again', 'GET', 'POST again'])
  })

  it('on which more comes than was asked for are not used again', async () => {
    const server = await serveRaw((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
      )
    })
    const caller = testCaller(OPEN)
    for (const count of [1, 2, 3]) {
      expect((await caller.call(get(server.url))).body.toString()).toBe('ok')
      expect(server.connections()).toBe(count)
    }
  })

  it('go to the next address where one does not answer', async () => {
    const { port } = await serveHttp((_, res) => void res.end('ok'))
    const lookup = lookupOf({ 'two.example': ['127.0.0.2', '::1', '127.0.0.1'] })
    expect((await testCaller(OPEN, { lookup }).call(get(`http://two.example:${port}/`))).status).toBe(200)
  })
})

describe('TLS', () => {
  it('is refused with a certificate that nobody has signed, of another host, or where there is none', async () => {
    const { port } = await serveHttps((_, res) => void res.end('secret'))
    const plain = await serveHttp((_, res) => void res.end())
    const lookup = lookupOf({ localhost: ['127.0.0.1'], 'other.example': ['127.0.0.1'] })
    const call = (url: string, ca?: string) =>
      failed(testCaller(OPEN, { lookup, ...(ca ? { ca } : {}) }).call(get(url)))
    const outcomes = [
      await call(`https://localhost:${port}/`),
      await call(`https://other.example:${port}/`, CERTIFICATE),
      await call(`https://127.0.0.1:${plain.port}/`),
    ]
    expect(outcomes.map(({ code, message }) => [code, message])).toEqual([
      ['tls-error', 'The certificate of the host is signed by nobody else'],
      ['tls-error', 'The certificate is of another host'],
      ['tls-error', 'No TLS connection could be agreed on with the host'],
    ])
  })

  it('is not trusted because the environment says so', async () => {
    const { port } = await serveHttps((_, res) => void res.end('secret'))
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect((await failed(testCaller(OPEN).call(get(`https://127.0.0.1:${port}/`)))).code).toBe('tls-error')
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  it('works with one that is known, by name and by address', async () => {
    const server = await serveHttps((_, res) => void res.end('ok'))
    const caller = testCaller(OPEN, { ca: CERTIFICATE, lookup: lookupOf({ localhost: ['127.0.0.1'] }) })
    for (const host of ['localhost', '127.0.0.1', 'localhost']) {
      expect((await caller.call(get(`https://${host}:${server.port}/`))).body.toString()).toBe('ok')
    }
    expect(server.connections()).toBe(2)
    await caller.close()
    await until('every connection to be closed', () => server.sockets.size === 0)
  })
})

describe('a request', () => {
  it.each([
    [{ headers: [['X', 'a\r\nY: b']] }],
    [{ headers: [['X', 'a\nb']] }],
    [{ headers: [['X', 'a\u0000b']] }],
    [{ headers: [['X', '€']] }],
    [{ headers: [['X: y', 'a']] }],
    [{ headers: [['', 'a']] }],
    [{ headers: [['Host', 'other.example']] }],
    [{ headers: [['content-LENGTH', '1']] }],
    [{ headers: [['Proxy-Authorization', 'x']] }],
    [{ headers: [['Expect', '100-continue']] }],
    [{ method: 'CONNECT' }],
    [{ method: 'GET / HTTP/1.1\r\nX: y' }],
    [{ method: '' }],
  ] as const)('is refused with %j', async (more) => {
    const server = await serveHttp((_, res) => void res.end())
    await expect(testCaller(OPEN).call(get(server.url, more))).rejects.toThrow(TypeError)
    expect(server.connections()).toBe(0)
  })

  it('asks for no coding unless it says so', async () => {
    const { url } = await serveHttp((req, res) => void res.end(req.headers['accept-encoding']))
    const answer = await testCaller(OPEN).call(get(url, { headers: [['Accept-Encoding', 'gzip']] }))
    expect(answer.body.toString()).toBe('gzip')
  })
})
