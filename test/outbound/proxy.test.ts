import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
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

const lookup = lookupOf({
  localhost: ['127.0.0.1'],
  'a.example': ['127.0.0.1'],
  'two.example': ['127.0.0.3', '127.0.0.1'],
})

/** A proxy that connects where it is told to, and remembers what it was told. */
async function serveProxy() {
  const asked: string[] = []
  const shown: (string | undefined)[] = []
  const server = http.createServer((_, res) => void res.writeHead(405).end())
  server.on('connect', (req, client, head) => {
    asked.push(req.url ?? '')
    shown.push(req.headers['proxy-authorization'])
    const { hostname, port } = new URL(`http://${req.url}`)
    const target = net.connect(Number(port), hostname.replace(/^\[(.*)\]$/, '$1'))
    target.on('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      target.pipe(client)
      client.pipe(target)
    })
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'))
    client.on('error', () => target.destroy())
    client.on('close', () => target.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, shown, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('through a proxy', () => {
  it('connections go to the address that was checked, not to the name', async () => {
    const proxy = await serveProxy()
    const server = await serveHttp((req, res) => void res.end(req.headers.host))
    const caller = testCaller({ privateNetworks: true, proxy: `http://me:p%40ss@${proxy.host}` }, { lookup })
    for (let time = 0; time < 2; time++) {
      const { body } = await caller.call(get(`http://a.example:${server.port}/`))
      expect(body.toString()).toBe(`a.example:${server.port}`)
    }
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`])
    expect(proxy.shown).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })

  it('TLS is with the host behind it', async () => {
    const proxy = await serveProxy()
    const names: unknown[] = []
    const server = await serveHttps((req, res) => {
      names.push((req.socket as typeof req.socket & { servername?: string }).servername)
      res.end('ok')
    })
    const rules = { privateNetworks: true, proxy: `http://${proxy.host}` }
    const url = `https://localhost:${server.port}/`
    expect((await testCaller(rules, { lookup, ca: CERTIFICATE }).call(get(url))).body.toString()).toBe('ok')
    expect(names).toEqual(['localhost'])
    expect((await failed(testCaller(rules, { lookup }).call(get(url)))).code).toBe('tls-error')
    expect(proxy.shown).toEqual([undefined, undefined])
  })

  it('the next address is tried where the proxy does not reach one', async () => {
    const proxy = await serveProxy()
    const server = await serveHttp((_, res) => void res.end('ok'))
    const caller = testCaller({ privateNetworks: true, proxy: `http://${proxy.host}` }, { lookup })
    expect((await caller.call(get(`http://two.example:${server.port}/`))).status).toBe(200)
    expect(proxy.asked).toEqual([`127.0.0.3:${server.port}`, `127.0.0.1:${server.port}`])
  })

  it('what may not be called is not asked for', async () => {
    const proxy = await serveProxy()
    const caller = testCaller({ proxy: `http://${proxy.host}` }, { lookup })
    for (const url of [
      'http://a.example/',
      'http://127.0.0.1/',
      'http://169.254.169.254/',
      'http://localhost/',
    ])
      expect((await failed(caller.call(get(url)))).code).toBe('blocked-address')
    expect(proxy.asked).toEqual([])
  })

  it.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    ['wants to know who asks', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['speaks another language', 'SSH-2.0\r\n\r\n'],
    ['says nothing and closes', ''],
  ])('one that %s is a connection-error', async (_, answer) => {
    const proxy = await serveRaw((socket) => socket.end(answer))
    const caller = testCaller({ proxy: proxy.url })
    const error = await failed(caller.call(get('http://1.1.1.1/')))
    expect([error.code, error.message]).toEqual([
      'connection-error',
      'The proxy made no connection to the host',
    ])
    await until('the connection to be closed', () => proxy.sockets.size === 0)
  })

  it('one that hangs does not hold up more than the call', async () => {
    const proxy = await serveRaw(() => undefined)
    const caller = testCaller({ proxy: proxy.url })
    const error = await failed(caller.call(get('http://1.1.1.1/', { timeoutMs: 300 })))
    expect([error.code, error.message]).toEqual(['timeout', expect.stringContaining('a connection')])
    await until('the connection to be closed', () => proxy.sockets.size === 0)
  })

  it('one that is not there is a connection-error', async () => {
    const caller = testCaller({ proxy: 'http://127.0.0.1:1' })
    expect((await failed(caller.call(get('http://1.1.1.1/')))).code).toBe('connection-error')
  })
})
