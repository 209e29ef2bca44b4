/** What a connection may cost: how long a client may take, how much it may send, and how many there may be. */
import type { Server, ServerOptions } from 'node:http'

export interface Limits {
  /** For the header of a request, from its first byte on; for a new connection, from the start. */
  readonly headerMs: number
  /** For a whole request, body and all. */
  readonly requestMs: number
  /** How often the two are looked at; a client may take as much longer. */
  readonly checkEveryMs: number
  /** How long a connection is kept that has nothing under way. */
  readonly keepAliveMs: number
  /** How long nothing may move on a connection that has. */
  readonly stalledMs: number
  /** Requests of one connection that wait for their answers. */
  readonly pipelined: number
  readonly connections: number
}

export const LIMITS: Limits = {
  // A client that sends its header or body by drips must not hold a connection for minutes (Node's defaults).
  headerMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 5000,
  // Above what proxies keep (mostly 60 s), so that it is they who close and no request meets a closed connection.
  keepAliveMs: 65_000,
  // Node's default is for ever: a client that does not read its answer would keep it in memory for as long as it likes.
  // Twice the longest silence of ours, which is that of Prefer: wait=30; streams have a comment every 14 s.
  stalledMs: 60_000,
  // What load generators send ahead (up to 16) and little more: each may be answered with a megabyte.
  pipelined: 20,
  // The default of ACCEPTD_MAX_CONNECTIONS.
  connections: 12_000,
}

export function serverOptions({ headerMs, requestMs, checkEveryMs, keepAliveMs }: Limits): ServerOptions {
  return {
    headersTimeout: headerMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkEveryMs,
    keepAliveTimeout: keepAliveMs,
    // The app refuses what has no Host (RFC 9112 §3.2), with a body; Node would without.
    requireHostHeader: false,
    // Node's default, for names, values and address together. Too many headers are the same 431.
    maxHeaderSize: 16_384,
  }
}

export function applyLimits(server: Server, { connections, stalledMs }: Limits): void {
  server.maxConnections = connections
  server.timeout = stalledMs
}
