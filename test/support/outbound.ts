/** Callers and the servers they call, for tests of what goes out. */
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { CallError } from '../../src/outbound/call-error.ts'
import {
  openCaller,
  type Caller,
  type CallerOptions,
  type OutboundRequest,
} from '../../src/outbound/caller.ts'
import type { Lookup } from '../../src/outbound/resolve.ts'
import { DEFAULT_RULES, type OutboundRules } from '../../src/outbound/rules.ts'

const TLS = path.join(import.meta.dirname, '../fixtures/tls')
/** For localhost, 127.0.0.1 and ::1, signed by itself. */
export const CERTIFICATE = fs.readFileSync(path.join(TLS, 'localhost-cert.pem'), 'utf8')
const KEY = fs.readFileSync(path.join(TLS, 'localhost-key.pem'), 'utf8')

/** Closed when the test has ended. */
export function testCaller(rules: Partial<OutboundRules> = {}, options: CallerOptions = {}): Caller {
  const caller = openCaller({ ...DEFAULT_RULES, ...rules }, options)
  onTestFinished(() => caller.close())
  return caller
}

export function get(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  const limits = { timeoutMs: 60_000, keepBytes: 1024 * 1024, maxBytes: 4 * 1024 * 1024, follow: 0 }
  return { method: 'GET', url, headers: [], ...limits, ...more }
}

/** The error a call ends with. */
export async function failed(call: Promise<unknown>): Promise<CallError> {
  const thrown = await call.then(
    () => new Error('The call went well'),
    (error: unknown) => error,
  )
  if (thrown instanceof CallError) return thrown
  throw new Error('The call did not end with a CallError', { cause: thrown })
}

/** Says that each name has these addresses. */
export function lookupOf(names: Readonly<Record<string, readonly string[]>>): Lookup {
  return (host, _, callback) => {
    const found = names[host]
    if (found)
      callback(
        null,
        found.map((address) => ({ address, family: net.isIP(address) })),
      )
    else callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), [])
  }
}

export interface TestServer {
  readonly url: string
  readonly port: number
  /** Connections taken so far. */
  connections(): number
  /** Those that are open just now. */
  readonly sockets: ReadonlySet<Socket>
}

export function serveHttp(handler: http.RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  return listening(http.createServer({ keepAliveTimeout: 60_000 }, handler), host, 'http')
}

export function serveHttps(handler: http.RequestListener): Promise<TestServer> {
  return listening(https.createServer({ key: KEY, cert: CERTIFICATE }, handler), '127.0.0.1', 'https')
}

/** For answers that no HTTP server would give: called with each connection once a request has come on it. */
export function serveRaw(answer: (socket: Socket, request: string) => void): Promise<TestServer> {
  const server = net.createServer((socket) => {
    socket.on('data', (bytes: Buffer) => answer(socket, bytes.toString('latin1')))
  })
  return listening(server, '127.0.0.1', 'http')
}

async function listening(server: net.Server, host: string, protocol: string): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0, ipv6Only: host === '::' }, resolve)
  })
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  })
  const { port } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `${protocol}://${name}:${port}`, port, connections: () => connections, sockets }
}
