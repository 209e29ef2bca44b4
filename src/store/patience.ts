/** How long the database is waited for: by requests, whose clients wait in turn, by work, and by whoever prepares it. */
export interface Patience {
  /** For a connection: a free one, or a new one. */
  readonly connectMs: number
  /** For what another transaction holds. */
  readonly lockMs: number
  /** For all that is done in one go with a connection, a statement or a transaction; then it is closed. */
  readonly holdMs: number
}

/**
 * Of requests that are answered within so many milliseconds (http/in-time.ts). These leave time to say so, and a connection
 * that fell silent is gone before the client asks again. Two waits for a lock fit in: a command tries again.
 */
export function ofRequests(answerMs: number): Patience {
  return { connectMs: 0.5 * answerMs, lockMs: 0.35 * answerMs, holdMs: 0.7 * answerMs }
}

/**
 * Nobody waits for a worker, and giving up a statement on a slow disk would only mean to send it again. But where the way
 * to the database is cut and nothing comes back, this is how it shows.
 */
export const OF_WORK: Patience = { connectMs: 5000, lockMs: 2000, holdMs: 10_000 }

/** A migration of large tables takes minutes; what it locks meanwhile others wait for, so it does not queue for that long. */
export const OF_MIGRATIONS: Patience = { connectMs: 5000, lockMs: 5000, holdMs: 600_000 }
