/** How long a call may take, who may end it, and how long it goes on when nothing but errors come back. */
import { ConnectionError, DeadlineError, ProblemError } from './errors.ts'

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

export function patienceFor({ signal, timeoutSeconds = Infinity, retrySeconds }: CallOptions): Patience {
  const endsAt = performance.now() + timeoutSeconds * 1000
  return {
    signal,
    leftMs: () => endsAt - performance.now(),
    retryMs: (retrySeconds ?? RETRY_SECONDS) * 1000,
    deadline: () => new DeadlineError(timeoutSeconds),
  }
}

/** @throws the signal's reason; DeadlineError, at the deadline, where the time would not do */
export async function sleep(ms: number, { signal, leftMs, deadline }: Patience): Promise<void> {
  signal?.throwIfAborted()
  const left = leftMs()
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      },
      Math.min(ms, Math.max(0, left)),
    )
    signal?.addEventListener('abort', stop, { once: true })
  })
  if (ms >= left) throw deadline()
}

// The most that acceptd holds an answer for. Proxies give up on a silent connection after a minute or so.
const HOLD_SECONDS = 30

/** For how long a server can be asked to hold its answer: that is to come before the deadline. */
export function holdSecondsIn({ leftMs }: Patience): number {
  return Math.max(0, Math.floor(Math.min(HOLD_SECONDS, leftMs() / 1000)))
}

// RFC 9110: the same request may well succeed later. All others are either refusals or nobody's fault but the request's.
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/** Whether the same request may succeed. What the server says of it wins. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  if (!(error instanceof ProblemError)) return false
  return error.retryable ?? (PASSING.has(error.status) || error.code === 'idempotency-in-progress')
}

const FIRST_MS = 250
const MOST_MS = 10_000

/**
 * Waits after each error until it is time for the next try: as long as the server asks, else twice as long each time, and
 * never quite together with others.
 * @throws the error, where trying again is of no use or has been tried for long enough
 */
export function tryingAgain(patience: Patience): (error: unknown) => Promise<void> {
  let since: number | undefined
  let backOffMs = FIRST_MS
  return async (error) => {
    if (!isPassing(error)) throw error
    // Not since the first request: the server may have held that for longer than it is tried again.
    since ??= performance.now()
    const asked = error instanceof ProblemError ? error.retryAfterSeconds : undefined
    // Half of it at random: those who failed together must not come back together.
    const ms = asked ? asked * 1000 + Math.random() * FIRST_MS : backOffMs * (0.5 + Math.random() / 2)
    backOffMs = Math.min(MOST_MS, backOffMs * 2)
    // So that what is no number is no time either.
    if (!(performance.now() - since + ms <= patience.retryMs)) throw error
    await sleep(ms, patience)
  }
}
