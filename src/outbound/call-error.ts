/** Why a call came to nothing, in words that a client may read. */
import type { Hop, Timings } from './outbound-request.ts'

export type CallErrorCode =
  'timeout' | 'connection-error' | 'dns-error' | 'tls-error' | 'blocked-address' | 'response-too-large'

export interface CallErrorOptions extends ErrorOptions {
  readonly timings?: Timings
  readonly hops?: readonly Hop[]
}

/** The message names no address that was not in the request; the cause may, and is for the log. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: CallErrorCode
  readonly timings?: Timings
  /** Redirects that were followed until then. */
  readonly hops: readonly Hop[]

  constructor(
    code: CallErrorCode,
    message: string,
    { timings, hops = [], ...options }: CallErrorOptions = {},
  ) {
    super(message, options)
    this.code = code
    if (timings) this.timings = timings
    this.hops = hops
  }
}
