/** The HTTP server: how it starts, whom it turns away, and how it stops. */
import http, { type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { applyLimits, LIMITS, serverOptions, type Limits } from './limits.ts'
import { pipelining } from './pipelining.ts'
import { refusal } from './refusal.ts'
import type { Urls } from './urls.ts'

export interface RunningServer {
  readonly port: number
  /** Takes no more connections, lets requests under way finish, then resolves. */
  readonly close: () => Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly log: Logger
  readonly urls: Urls
  /** Where they are to differ from LIMITS. */
  readonly limits?: Partial<Limits>
}

/** @throws Error with a `code` (EADDRINUSE, EACCES…) where the port cannot be had */
export async function listen(app: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { host, port, log, urls } = options
  const limits = { ...LIMITS, ...options.limits }
  const turns = pipelining(app, limits.pipelined)
  const server = http.createServer(serverOptions(limits), turns.receive)
  applyLimits(server, limits)
  const refuse = refusal({ log, urls, pipelining: turns })
  server.on('clientError', (error, socket) => void refuse(error, socket))
  server.on('connect', (_req, socket: Duplex) => {
    // Node has taken its own listener off by now; without one a client's reset would end the process.
    socket.on('error', () => socket.destroy())
    void refuse(new Error('This is no proxy'), socket)
  })
  server.on('drop', dropLog(log, limits.connections))
  // Expectations other than 100-continue may be ignored (RFC 9110 §10.1.1); Node's own answer would have no body.
  server.on('checkExpectation', turns.receive)
  await bind(server, host, port)
  // Such as no file descriptor being left for one more connection; without a listener it would end the process.
  server.on('error', (error) => log.error({ err: error }, 'HTTP server'))
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

/** Throws as listen would, but before anything else was started for it. */
export async function expectFreePort(host: string, port: number): Promise<void> {
  const probe = http.createServer()
  await bind(probe, host, port)
  await new Promise((resolve) => {
    probe.close(resolve)
  })
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

// close() alone waits for kept-alive connections that were busy when it was called until they time out.
const CLOSE_IDLE_MS = 100

// Once closing, node:http no longer enforces headersTimeout and requestTimeout: a request that never arrives in full
// would keep the process for ever.
const CLOSE_ALL_MS = 10_000

function close(server: Server): Promise<void> {
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS)
  const limit = setTimeout(() => server.closeAllConnections(), CLOSE_ALL_MS)
  return new Promise<void>((resolve) => {
    server.close(() => resolve())
  }).finally(() => {
    clearInterval(timer)
    clearTimeout(limit)
  })
}

// A flood of connections must not become a flood of lines.
const DROP_LOG_MS = 1000

/** Says that connections are dropped: at once, and then how many more, at most once a second. */
function dropLog(log: Logger, connections: number): () => void {
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  const tell = () => {
    timer = undefined
    if (dropped === 0) return
    log.warn({ dropped, connections }, 'too many connections')
    dropped = 0
    timer = setTimeout(tell, DROP_LOG_MS).unref()
  }
  return () => {
    dropped++
    if (!timer) tell()
  }
}
