/** The move that completes jobs, for many at once: what an attempt comes to mostly. */
import { sql, type RawBuilder } from 'kysely'
import { MOVES } from '../job/status.ts'
import type { Db } from './database.ts'
import { LEARN } from './learning.ts'
import { COMPLETED_SQL, SEEN_SQL } from './moving.ts'
import type { AttemptName } from './settling.ts'
import { telling } from './telling.ts'

export interface Alongside {
  readonly alongside: RawBuilder<unknown>
  readonly enqueuing: RawBuilder<unknown>
}

export interface CompletedAttempt extends AttemptName {
  /** Whether somebody is told of one of them. */
  readonly told: boolean
}

const TOLD_COMPLETED = sql`
  select id, principal, task, attempt, 'completed' as status, null::jsonb as failure, callback, retention_seconds, traceparent
  from ending where callback is not null`

export interface Completed extends AttemptName {
  /** JSON text. */
  readonly result: string
  readonly mediaType?: string
  /** JSON text: what the attempt shows of its calls. */
  readonly transcript?: string | undefined
}

/**
 * Completes jobs in one statement, and so one round trip: there is nothing to decide.
 * Returns those that were; another is superseded, or held by somebody else, or its delivery is not as it should
 * be.
 * @param alongside a statement that ends the deliveries of `held (id, queue, delivery)` and returns those it had
 * @param enqueuing a statement that enqueues what is in `stored`: see telling.ts
 */
export async function completeAttempts(
  db: Db,
  completed: readonly Completed[],
  { alongside, enqueuing }: Alongside,
): Promise<CompletedAttempt[]> {
  const { rows } = await sql<CompletedAttempt>`
    with held as (
      select id, queue, jobs.delivery, task, attempt, worker_id, started_at, run_at, given.result, media_type,
        given.transcript, principal, callback, retention_seconds, traceparent
      from acceptd.jobs
      join json_to_recordset(${JSON.stringify(completed.map(completion))}::json) as given (
        job_id uuid, number int, delivered int, result text, media_type text, transcript text
      ) on id = job_id and attempt = number and delivery = delivered
      where status = 'running'
      for update of jobs skip locked
    ),
    ending as (${alongside}),
    moved as (
      update acceptd.jobs set status = ${MOVES.complete.to}, ${SEEN_SQL}, ${COMPLETED_SQL}
      from ending where jobs.id = ending.id and status = 'running'
    ),
    history as (
      insert into acceptd.attempts (job_id, attempt, worker_id, started_at, outcome, reason, transcript)
      select id, attempt, worker_id, started_at, 'completed', 'completed', transcript::json from ending
    )
    ${LEARN},
    ${telling(TOLD_COMPLETED, enqueuing)}
    select id, attempt, delivery, exists (select from stored) as told from ending`.execute(db)
  return rows
}

function completion({ id, attempt, delivery, result, mediaType, transcript }: Completed) {
  return { job_id: id, number: attempt, delivered: delivery, result, media_type: mediaType, transcript }
}
