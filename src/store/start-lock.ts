/** One process at a time, among all that share the database. */
import type pg from 'pg'

// Any number, as long as nobody else uses it: "acceptd" in ASCII, cut to 53 bits.
const LOCK = 0x61636365707464 % Number.MAX_SAFE_INTEGER

// Longer than any migration takes; who waits this long waits for one that hangs.
const WAIT = '600s'

// The holder says so often that it is still there. One that has not for so long (stopped, cut off, its machine lost) gives way
// to those who wait: what it is at has locks of its own.
const SIGN_OF_LIFE_MS = 1000
const GIVES_WAY_AFTER = '10s'

/**
 * Runs `work` while holding a lock that the database drops by itself if this process dies. Two processes that start at
 * once on an empty database would otherwise both make its schemas, and one would fail.
 */
export async function oneAtATime<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let signs: NodeJS.Timeout | undefined
  try {
    await client.query('begin')
    await client.query(`set local lock_timeout = '${WAIT}'; set local statement_timeout = '${WAIT}'`)
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    await client.query(`set local idle_in_transaction_session_timeout = '${GIVES_WAY_AFTER}'`)
    signs = setInterval(() => {
      // Lost: told by the rollback at the end, which nobody minds.
      client.query('select').catch(() => undefined)
    }, SIGN_OF_LIFE_MS)
    return await work()
  } finally {
    clearInterval(signs)
    await client.query('rollback').catch(() => undefined) // the connection is gone, and the lock with it
    client.release()
  }
}
