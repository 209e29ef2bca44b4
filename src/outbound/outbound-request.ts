/** What is asked of others and what comes back. */

export interface OutboundRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer
  /** From now to the last byte, all hops together. */
  readonly timeoutMs: number
  /** Of the body; the rest is read and thrown away: `truncated`. */
  readonly keepBytes: number
  /** A body longer than this ends the call: response-too-large. */
  readonly maxBytes: number
  /** Redirects that are followed, 0 to 5. */
  readonly follow: number
  /** https only; plain http to hosts that are private, where these may be called, or exceptions. */
  readonly secure?: boolean
  /** Besides Authorization, Cookie and Proxy-Authorization: not sent to another origin than the first (lower case). */
  readonly privateHeaders?: readonly string[]
  readonly signal?: AbortSignal
}

export interface OutboundResponse {
  /** Of the last hop. */
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** Names in lower case, in order; of values, each character is a byte. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  readonly truncated: boolean
  /** Of the whole body, also of what was not kept. */
  readonly bytes: number
  readonly timings: Timings
  /** Redirects that were followed. */
  readonly hops: readonly Hop[]
}

/** Of the last hop, but for the total. */
export interface Timings {
  /** Absent for an address, and on a connection used before. */
  readonly dnsMs?: number
  /** TCP and TLS; absent on a connection used before. */
  readonly connectMs?: number
  /** From when the request was sent. */
  readonly firstByteMs?: number
  readonly totalMs: number
}

export interface Hop {
  readonly url: string
  readonly status: number
  readonly location: string
}
