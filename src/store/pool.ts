/** A pool of connections that gives up on a silent database, and finds it again wherever its name leads by then. */
import pg from 'pg'
import type { DroppableClient } from './client.ts'
import { Silence } from './outage.ts'
import type { Patience } from './patience.ts'
import { PreparingClient } from './prepared.ts'

export interface PoolOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly name: string
  readonly maxConnections: number
  readonly patience: Patience
  readonly onError: (error: Error) => void
}

// After we have given a statement up, for Postgres to end it as well: it does not look whether anybody is still there.
const STATEMENT_OUTLIVES_MS = 500
// A process that was stopped (SIGSTOP, a sleeping laptop) in the middle of a transaction must not hold its rows.
const IDLE_IN_TRANSACTION_MS = 30_000

export function openPool({ url, name, maxConnections, patience, onError }: PoolOptions): pg.Pool {
  const { connectMs, lockMs, holdMs } = patience
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    application_name: `acceptd ${name}`,
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    lock_timeout: lockMs,
    statement_timeout: holdMs + STATEMENT_OUTLIVES_MS,
    idle_in_transaction_session_timeout: Math.max(holdMs, IDLE_IN_TRANSACTION_MS),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // A dropped connection is an `error` event on the pool while idle and on the client itself while checked out;
  // without a listener on both, either kills the process.
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError)
  })
  dropSilent(pool, holdMs)
  return pool
}

/** Nobody holds a connection for longer: who waits on it is told, and the next does not get it with an answer still to come. */
function dropSilent(pool: pg.Pool, holdMs: number): void {
  const clocks = new Map<pg.PoolClient, NodeJS.Timeout>()
  const idle = new Set<pg.PoolClient>()

  pool.on('acquire', (client) => {
    idle.delete(client)
    clocks.set(client, setTimeout(distrust, holdMs, client))
  })
  pool.on('release', (_error, client) => {
    clearTimeout(clocks.get(client))
    clocks.delete(client)
    idle.add(client)
  })
  pool.on('remove', (client) => idle.delete(client))

  /** Those that are idle go as well: where the way to the server is cut, each would cost somebody as long a wait. */
  function distrust(silent: pg.PoolClient): void {
    for (const client of [silent, ...idle]) {
      ;(client as pg.PoolClient & DroppableClient).drop(new Silence(`Nothing came back for ${holdMs} ms`))
    }
  }
}
