/** The HTTP server: its limits, what it says to what is not HTTP, and how it stops. */
import { randomUUID } from 'node:crypto'
import http, { type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { PROBLEM_MEDIA_TYPE } from './problem.ts'
import { PROBLEM_TYPES, type ProblemCode } from './problem-types.ts'
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
}

/** @throws Error with a `code` (EADDRINUSE, EACCES…) where the port cannot be had */
export async function listen(app: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { host, port, log, urls } = options
  const server = http.createServer(
    {
      // A client that sends its header or body by drips must not hold a connection for minutes (Node's defaults).
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 5000,
      // Above what proxies keep (mostly 60 s), so that it is they who close and no request meets a closed connection.
      keepAliveTimeout: 65_000,
      // The app refuses what has no Host (RFC 9112 §3.2), with a body; Node would without.
      requireHostHeader: false,
    },
    app,
  )
  const refuse = refusal(log, urls)
  server.on('clientError', refuse)
  server.on('connect', (_req, socket: Duplex) => refuse(new Error('This is no proxy'), socket))
  // Expectations other than 100-continue may be ignored (RFC 9110 §10.1.1); Node's own answer would have no body.
  server.on('checkExpectation', app)
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

// For the refusal to arrive before the connection goes.
const LINGER_MS = 1000

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'request-header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** What Node's parser refuses never reaches Express; it gets a problem document and a line in the log all the same. */
function refusal(log: Logger, urls: Urls) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return
    const code = CODES[error.code ?? ''] ?? 'malformed-request'
    const { status, title, retryable } = PROBLEM_TYPES[code]
    const id = randomUUID()
    const problem = {
      type: urls.problem(code),
      title,
      status,
      detail: title,
      instance: `urn:uuid:${id}`,
      code,
      retryable,
    }
    const body = `${JSON.stringify(problem)}\n`
    log.info({ request: id, status, code, reason: error.code ?? error.message }, 'refused')
    // No parser and so no timeout watches it any more: a client that does not hang up would hold it for ever.
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
    socket.end(
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\n` +
        `Content-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `X-Request-Id: ${id}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
    )
  }
}
