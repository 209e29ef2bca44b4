/** The connection to Postgres and the shape of our tables. */
import { Kysely, PostgresDialect, type ColumnType, type Generated, type Transaction } from 'kysely'
import type pg from 'pg'
import type { Callback } from '../job/callback.ts'
import type { Failure } from '../job/failure.ts'
import type { Reason, SettledOutcome } from '../job/settlement.ts'
import type { Status } from '../job/status.ts'
import { OF_MIGRATIONS, type Patience } from './patience.ts'
import { openPool, type PoolOptions } from './pool.ts'

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
  resume_at: Date | null
  checkpoint: JsonColumn<unknown> | null
  transcript: JsonColumn<unknown> | null
  target: string | null
  callback: JsonColumn<Callback> | null
  traceparent: string | null
}

export interface AttemptsTable {
  job_id: string
  attempt: number
  worker_id: string
  started_at: Date
  ended_at: Stamp
  outcome: SettledOutcome
  reason: Reason
  next_attempt_at: Date | null
  failure: JsonColumn<Failure> | null
  transcript: JsonColumn<unknown> | null
}

export interface CallbackDeliveriesTable {
  id: string
  job_id: string | null
  event: string
  message_id: string
  occurred_at: Stamp
  told: JsonColumn<unknown>
}

export interface CallbacksOffTable {
  principal: string
  url: string
  since: Stamp
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
  callback_deliveries: CallbackDeliveriesTable
  callbacks_off: CallbacksOffTable
  experience: ExperienceTable
  queues: QueuesTable
  secrets: SecretsTable
}

/** Either the database or an open transaction; a function that must be inside one asks for a Trx. */
export type Db = Kysely<Tables>
export type Trx = Transaction<Tables>

export interface DatabaseOptions extends Omit<PoolOptions, 'patience'> {
  /** That of migrations, where none is said. */
  readonly patience?: Patience
}

export interface Database {
  readonly db: Db
  readonly pool: pg.Pool
  close(): Promise<void>
}

export function openDatabase({ patience = OF_MIGRATIONS, ...options }: DatabaseOptions): Database {
  const pool = openPool({ ...options, patience })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA)
  return { db, pool, close: () => db.destroy() }
}
