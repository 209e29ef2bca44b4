/** How long a call may take, who may end it, and how long it goes on when nothing but errors come back. */
import { DeadlineError } from './errors.ts'

export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. A job that was submitted goes on. */
  readonly signal?: AbortSignal | undefined
  /** Of the whole call, with all that it tries again and waits for. None unless set. */
  readonly timeoutSeconds?: number | undefined
  /** For how long it tries again while it gets errors only. 60 unless set; 0: the first error counts. */
  readonly retrySeconds?: number | undefined
}

export interface Patience {
  readonly signal: AbortSignal | undefined
  /** Infinity where there is no limit. */
  readonly leftMs: () => number
  readonly retryMs: number
  readonly deadline: () => DeadlineError
}

const RETRY_SECONDS = 60

/** @param usual where the call itself says nothing */
export function patienceFor(call: CallOptions, usual: CallOptions = {}): Patience {
  const timeoutSeconds = call.timeoutSeconds ?? usual.timeoutSeconds ?? Infinity
  const endsAt = performance.now() + timeoutSeconds * 1000
  return {
    signal: call.signal ?? usual.signal,
    leftMs: () => endsAt - performance.now(),
    retryMs: (call.retrySeconds ?? usual.retrySeconds ?? RETRY_SECONDS) * 1000,
    deadline: () => new DeadlineError(timeoutSeconds),
  }
}

// The most that acceptd holds an answer for. Proxies give up on a silent connection after a minute or so.
const HOLD_SECONDS = 30

/** For how long a server can be asked to hold its answer: that is to come before the deadline. */
export function holdSecondsIn({ leftMs }: Patience): number {
  return Math.floor(Math.min(HOLD_SECONDS, leftMs() / 1000))
}
