/** One call: hop after hop, each of which passes every check, on connections new or used before. */
import type { Answer } from './answering.ts'
import { CallError } from './call-error.ts'
import { BrokenExchange, type Connection } from './connection.ts'
import { openConnection, type ConnectorOptions } from './connector.ts'
import type { Deadline } from './deadline.ts'
import { connectionFailure } from './failures.ts'
import type { CheckOptions } from './guard.ts'
import type { IdleConnections } from './idle-connections.ts'
import type { Hop, OutboundRequest, OutboundResponse, Timings } from './outbound-request.ts'
import { nextLeg, redirectTarget, type Leg } from './redirect.ts'
import { headersToSend } from './request-headers.ts'

export interface CallParts {
  readonly connector: ConnectorOptions
  readonly idle: IdleConnections
  readonly onOpen: (connection: Connection) => void
}

const MAX_FOLLOW = 5
// Doing it twice is as doing it once (RFC 9110 §9.2.2).
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

export async function makeCall(
  { connector, idle, onOpen }: CallParts,
  request: OutboundRequest,
  deadline: Deadline,
): Promise<OutboundResponse> {
  const { guard } = connector
  const { secure = false, privateHeaders, keepBytes, maxBytes } = request
  const check: CheckOptions = { secure }
  const begun = performance.now()
  const hops: Hop[] = []
  let taken: Omit<Timings, 'totalMs'> = {}

  try {
    return await followed()
  } catch (error) {
    if (!(error instanceof CallError) || error === request.signal?.reason) throw error
    const message = hops.length === 0 ? error.message : `After a redirect: ${error.message}`
    throw new CallError(error.code, message, { cause: error.cause ?? error, timings: timings(), hops })
  }

  async function followed(): Promise<OutboundResponse> {
    let url = guard.checkUrl(request.url, check)
    let leg: Leg = request
    for (;;) {
      const answer = await hop(url, leg)
      const target =
        hops.length < Math.min(request.follow, MAX_FOLLOW) ? redirectTarget(answer, url) : undefined
      if (target === undefined) return { url: url.href, ...answer, timings: timings(), hops }
      hops.push({ url: url.href, status: answer.status, location: target })
      const next = guard.checkUrl(target, check)
      if (secure && url.protocol === 'https:' && next.protocol === 'http:') {
        throw new CallError('blocked-address', 'The redirect leads from https to plain http')
      }
      leg = nextLeg(leg, answer.status, next.origin === url.origin, privateHeaders)
      url = next
    }
  }

  async function hop(url: URL, leg: Leg): Promise<Answer> {
    deadline.signal.throwIfAborted()
    taken = {}
    // Who may have plain http may not share the connections of who may not.
    const key = `${secure ? 'secure' : 'any'} ${url.origin}`
    const used = idle.take(key)
    try {
      if (used) return await exchange(used, url, leg)
    } catch (error) {
      // Nobody can say that a connection is open still before it is used.
      if (!(error instanceof BrokenExchange) || !mayResend(error, leg.method)) throw failure(error)
    }
    const opened = await openConnection(connector, url, key, deadline, check)
    onOpen(opened.connection)
    taken = opened.timings
    return exchange(opened.connection, url, leg).catch((error: unknown) => {
      throw failure(error)
    })
  }

  async function exchange(connection: Connection, url: URL, { method, headers, body }: Leg): Promise<Answer> {
    const sent = performance.now()
    deadline.awaited = 'the first byte'
    const onFirstByte = () => {
      taken = { ...taken, firstByteMs: performance.now() - sent }
      deadline.awaited = 'the rest of the body'
    }
    const path = `${url.pathname}${url.search}`
    const what = { method, path, headers: headersToSend(headers), keepBytes, maxBytes, onFirstByte }
    try {
      const answer = await connection.exchange({ ...what, ...(body ? { body } : {}) }, deadline.signal)
      idle.put(connection)
      return answer
    } catch (error) {
      void connection.drop()
      throw error
    }
  }

  function timings(): Timings {
    return { ...taken, totalMs: performance.now() - begun }
  }
}

function mayResend({ sent, answered }: BrokenExchange, method: string): boolean {
  return !answered && (!sent || IDEMPOTENT.has(method))
}

/** The reason of the signal and errors of the call stay as they are. */
function failure(error: unknown): unknown {
  return error instanceof BrokenExchange ? connectionFailure(error.cause) : error
}
