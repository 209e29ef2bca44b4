/** How we call others: one guarded way for everything outbound. */
import dns from 'node:dns'
import { makeCall, type CallParts } from './call.ts'
import { CallError } from './call-error.ts'
import type { Connection } from './connection.ts'
import { Deadline } from './deadline.ts'
import { Guard, type CheckOptions } from './guard.ts'
import { IdleConnections } from './idle-connections.ts'
import type { OutboundRequest, OutboundResponse } from './outbound-request.ts'
import { checkRequestHead } from './request-headers.ts'
import type { Lookup } from './resolve.ts'
import type { OutboundRules } from './rules.ts'
import { parseProxy } from './tunnel.ts'

export type { Lookup } from './resolve.ts'
export type { Hop, OutboundRequest, OutboundResponse, Timings } from './outbound-request.ts'

export interface Caller {
  /** What can be said without asking DNS. @throws CallError blocked-address, with a sentence */
  checkUrl(text: string, options?: CheckOptions): URL
  /** @throws CallError; the reason of the signal, where that aborts; TypeError for headers that may not be sent */
  call(request: OutboundRequest): Promise<OutboundResponse>
  /** Ends the calls that are under way, too. */
  close(): Promise<void>
}

export interface CallerOptions {
  readonly lookup?: Lookup
  /** How long a connection is kept that nobody uses. */
  readonly idleMs?: number
  /** Instead of the authorities that Node knows. */
  readonly ca?: string | Buffer
}

const IDLE_MS = 4000

export function openCaller(rules: OutboundRules, options: CallerOptions = {}): Caller {
  const { lookup = dns.lookup, idleMs = IDLE_MS, ca } = options
  const guard = new Guard(rules)
  const open = new Set<Connection>()
  const underWay = new Map<Deadline, Promise<unknown>>()
  let closed = false
  const parts: CallParts = {
    connector: {
      guard,
      lookup,
      idleMs,
      ...(rules.proxy === undefined ? {} : { proxy: parseProxy(rules.proxy) }),
      ...(ca === undefined ? {} : { ca }),
    },
    idle: new IdleConnections(),
    onOpen(connection) {
      open.add(connection)
      connection.onceClosed(() => {
        open.delete(connection)
        parts.idle.forget(connection)
      })
    },
  }

  return {
    checkUrl: (text, check) => guard.checkUrl(text, check),
    async call(request) {
      request.signal?.throwIfAborted()
      checkRequestHead(request.method, request.headers)
      if (closed) throw new CallError('connection-error', 'No calls are made any more')
      const deadline = new Deadline(request.timeoutMs, request.signal)
      try {
        const answer = makeCall(parts, request, deadline)
        underWay.set(deadline, answer)
        return await answer
      } finally {
        underWay.delete(deadline)
        deadline.forget()
      }
    },
    async close() {
      closed = true
      const end = new CallError('connection-error', 'The call was ended, for no calls are made any more')
      for (const deadline of underWay.keys()) deadline.end(end)
      await Promise.allSettled(underWay.values())
      parts.idle.close()
      await Promise.all([...open].map((connection) => connection.drop()))
    },
  }
}
