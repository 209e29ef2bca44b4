/** The connection to Postgres and the shape of our tables. */
import { Kysely, PostgresDialect, type ColumnType, type Generated, type Transaction } from 'kysely'
import pg from 'pg'
import type { Failure } from '../job/failure.ts'
import type { Outcome, Reason } from '../job/settlement.ts'
import type { Status } from '../job/status.ts'
import { PreparingClient } from './prepared.ts'

/** Our tables live in a schema of their own, so that acceptd can share a database. */
export const SCHEMA = 'acceptd'

// By the database's clock.
type Stamp = ColumnType<Date, Date | undefined, Date>
/** JSON text on the way in, parsed on the way out. */
type JsonColumn<T> = ColumnType<T, string, string>

export interface JobsTable {
  id: string
  principal: string
  task: string
  queue: Generated<string>
  status: Generated<Status>
  revision: Generated<number>
  input: JsonColumn<unknown>
  tags: string[]
  priority: number
  attempt: Generated<number>
  max_attempts: number
  crashes: Generated<number>
  progress: number | null
  progress_note: string | null
  created_at: Stamp
  updated_at: Stamp
  run_at: Stamp
  started_at: Date | null
  finished_at: Date | null
  cancel_requested_at: Date | null
  worker_id: string | null
  delivery: number | null
  result: JsonColumn<unknown> | null
  result_bytes: number | null
  failure: JsonColumn<Failure> | null
  idempotency_key: string | null
  fingerprint: string | null
  retention_seconds: Generated<number>
  expires_at: Date | null
  result_type: string | null
}

export interface AttemptsTable {
  job_id: string
  attempt: number
  worker_id: string
  started_at: Date
  ended_at: Stamp
  outcome: Outcome['kind']
  reason: Reason
  next_attempt_at: Date | null
  failure: JsonColumn<Failure> | null
}

export interface TombstonesTable {
  id: string
  principal: string
  forget_at: Date
}

export interface ExperienceTable {
  task: string
  runs: Generated<number[]>
  waits: Generated<number[]>
}

export interface QueuesTable {
  task: string
  queue: string
}

export interface SecretsTable {
  name: string
  value: Generated<Buffer>
}

export interface WorkersTable {
  id: string
  host: string
  pid: number
  concurrency: number
  slots: JsonColumn<Readonly<Record<string, number>>>
  started_at: Stamp
  seen_at: Stamp
}

export interface Tables {
  jobs: JobsTable
  workers: WorkersTable
  attempts: AttemptsTable
  tombstones: TombstonesTable
  experience: ExperienceTable
  queues: QueuesTable
  secrets: SecretsTable
}

/** Either the database or an open transaction; a function that must be inside one asks for a Trx. */
export type Db = Kysely<Tables>
export type Trx = Transaction<Tables>

export interface DatabaseOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly name: string
  readonly maxConnections: number
  readonly onError: (error: Error) => void
}

export interface Database {
  readonly db: Db
  readonly pool: pg.Pool
  close(): Promise<void>
}

export function openDatabase({ url, name, maxConnections, onError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    application_name: `acceptd ${name}`,
    max: maxConnections,
    // A request that cannot get a connection in this time is better told to come back.
    connectionTimeoutMillis: 5000,
    // Nothing here legitimately waits for a row this long: only a submission does, for one with the same key.
    lock_timeout: 2000,
    statement_timeout: 30_000,
    // A process that was stopped (SIGSTOP, a sleeping laptop) in the middle of a transaction must not hold its rows.
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // A dropped connection is an `error` event on the pool while idle and on the client itself while checked out;
  // without a listener on both, either kills the process.
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError)
  })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA)
  return { db, pool, close: () => db.destroy() }
}
