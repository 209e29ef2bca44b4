/** Storing jobs, each unless its key has one already. */
import { sql, type RawBuilder } from 'kysely'
import type { NewJob } from '../job/new-job.ts'
import type { Db } from './database.ts'
import { executePrepared } from './prepared.ts'

export interface InsertOptions {
  /** A statement that is to happen with it, over `stored (id, queue, priority, run_at)`: the jobs that were stored. */
  readonly alongside: RawBuilder<unknown>
  /** How long to wait for a key that another transaction is just taking; as long as the transaction says unless given. */
  readonly patienceMs?: number
  /** Payload for `acceptd_work`, to be sent at the commit. */
  readonly notify?: string
}

export interface Inserted {
  /** When, by the database's clock. */
  readonly at: Date
  /** Ids of those that were not stored: their principal has used the key before. findJobByKey then has that job. */
  readonly known: ReadonlySet<string>
}

/** One statement, and so one round trip: outside of a transaction it is one by itself. */
export async function insertJobs(
  db: Db,
  jobs: readonly NewJob[],
  { alongside, patienceMs, notify }: InsertOptions,
): Promise<Inserted> {
  // As one parameter, whatever their number: a list of values would be another statement to plan for each length. And one
  // row comes back, whatever their number: all else of a job is known here.
  const insert = sql<{ at: Date; known: string }>`
    with given as (
      select * from json_to_recordset(${JSON.stringify(jobs.map(given))}::text::json) as given (
        id uuid, principal text, task text, queue text, input text, tags text[], priority int, max_attempts int,
        idempotency_key text, fingerprint text, retention_seconds int, run_at timestamptz, traceparent text, target text,
        callback jsonb
      )
    ),
    stored as (
      insert into acceptd.jobs (
        id, principal, task, queue, input, tags, priority, max_attempts, idempotency_key, fingerprint,
        retention_seconds, run_at, traceparent, target, callback
      )
      select
        id, principal, task, queue, input::json, tags, priority, max_attempts, idempotency_key, fingerprint,
        retention_seconds, greatest(run_at, now()), traceparent, target, callback
      from ${patienceMs === undefined ? sql`given` : patient(patienceMs)}
      on conflict (principal, idempotency_key) where idempotency_key is not null do nothing
      returning id, queue, priority, run_at
    ),
    delivered as (${alongside})
    select
      now() as at,
      array_to_string(array(select id from given where id not in (select id from stored)), ' ') as known
      ${notify === undefined ? sql`` : sql`, (select pg_notify('acceptd_work', ${notify}) from stored)`}`
  const { rows } = await executePrepared(db, insert)
  const [{ at, known }] = rows as [{ at: Date; known: string }]
  // As one text, which everybody reads alike, whatever is done to arrays on a connection that was lent to us.
  return { at, known: new Set(known.split(' ')) }
}

/** As part of the statement: a round trip of its own would cost as much as all else. */
function patient(ms: number): RawBuilder<unknown> {
  return sql`
        (select set_config('lock_timeout', ${String(ms)}, true) as patience) local, given
      where patience is not null`
}

function given({ id, principal, submission, input, idempotency, retentionSeconds, traceparent }: NewJob) {
  return {
    id,
    principal,
    task: submission.task.name,
    queue: submission.task.queue,
    // As text within the JSON: what was sent is kept to the letter, JSON null too.
    input,
    tags: submission.tags,
    priority: submission.priority,
    max_attempts: submission.retry.limit + 1,
    idempotency_key: idempotency?.key,
    fingerprint: idempotency?.fingerprint,
    retention_seconds: retentionSeconds,
    run_at: submission.runAt,
    traceparent,
    target: submission.target,
    callback: submission.callback,
  }
}
