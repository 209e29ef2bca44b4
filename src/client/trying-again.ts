/** Which errors are worth another try, and when it is time for it. */
import { ConnectionError, ProblemError } from './errors.ts'
import { sleep } from './limit.ts'
import type { Patience } from './patience.ts'

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
