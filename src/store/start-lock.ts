/** One process at a time, among all that share the database. */
import type pg from 'pg'

// Any number, as long as nobody else uses it: "acceptd" in ASCII, cut to 53 bits.
const LOCK = 0x61636365707464 % Number.MAX_SAFE_INTEGER

// Longer than any start takes; who waits this long waits for a process that hangs.
const WAIT = '60s'

/**
 * Runs `work` while holding a lock that the database drops by itself if this process dies. Two processes that start at
 * once on an empty database would otherwise both make its schemas, and one would fail.
 */
export async function oneAtATime<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`set local lock_timeout = '${WAIT}'; set local statement_timeout = '${WAIT}'`)
    // Idle is what this connection is while `work` goes on, on others.
    await client.query('set local idle_in_transaction_session_timeout = 0')
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    return await work()
  } finally {
    await client.query('rollback').catch(() => undefined) // the connection is gone, and the lock with it
    client.release()
  }
}
