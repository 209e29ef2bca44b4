/** The moves that end an attempt; each writes the attempt's history, and what it teaches, in the same statement. */
import { sql, type UpdateObject } from 'kysely'
import type { Failure } from '../job/failure.ts'
import type { Job } from '../job/job.ts'
import type { Outcome, Reason } from '../job/settlement.ts'
import type { Move } from '../job/status.ts'
import type { Tables, Trx } from './database.ts'
import { learning } from './learning.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'
import { ENDED, moving, NOW } from './moving.ts'

/** A running job, whose row stays locked until the transaction ends, and who runs it. */
export interface RunningJob {
  readonly job: Job
  readonly workerId: string
  readonly delivery: number
}

/** Undefined means that this attempt no longer owns the job. */
export async function lockRunning(trx: Trx, id: string, attempt: number): Promise<RunningJob | undefined> {
  const row = await trx
    .selectFrom('jobs')
    .select([...JOB_COLUMNS, 'delivery', 'worker_id'])
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('attempt', '=', attempt)
    .forUpdate()
    .executeTakeFirst()
  // A CHECK sees to it that a running job has both.
  return row && { job: jobFromRow(row), delivery: row.delivery ?? 0, workerId: row.worker_id ?? '' }
}

/** How the attempt went. */
export interface Ending {
  readonly outcome: Outcome
  readonly reason: Reason
}

export async function completeJob(
  trx: Trx,
  held: RunningJob,
  ending: Ending,
  { result, mediaType }: { readonly result: string; readonly mediaType?: string },
): Promise<void> {
  await end(trx, 'complete', held, ending, {
    ...ENDED,
    result,
    result_bytes: Buffer.byteLength(result),
    result_type: mediaType ?? null,
    progress: sql<number | null>`case when progress is null then null else 100 end`,
    // Where it was when it last said so; it is past that.
    progress_note: null,
  })
}

export async function failJob(trx: Trx, held: RunningJob, ending: Ending, failure: Failure): Promise<void> {
  await end(trx, 'fail', held, ending, { ...ENDED, failure: JSON.stringify(failure) })
}

export async function cancelRunning(trx: Trx, held: RunningJob, ending: Ending): Promise<void> {
  await end(trx, 'cancel', held, ending, {
    ...ENDED,
    cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, now())`,
  })
}

const PARKED = { worker_id: null, delivery: null, progress: null, progress_note: null }

/** Back to pending after a failure. Returns when the next attempt is due. */
export async function retryJob(
  trx: Trx,
  held: RunningJob,
  ending: Ending,
  delaySeconds: number,
): Promise<Date> {
  const run_at = sql<Date>`now() + make_interval(secs => ${delaySeconds})`
  return end(trx, 'retry', held, ending, { ...PARKED, run_at }, delaySeconds)
}

/**
 * Back to pending without having used up an attempt, and due since it was: nothing but us held it up. Returns when it is
 * to be delivered again.
 */
export async function releaseJob(
  trx: Trx,
  held: RunningJob,
  ending: Ending,
  { crashed, delaySeconds }: { readonly crashed: boolean; readonly delaySeconds: number },
): Promise<Date> {
  const change = { ...PARKED, max_attempts: sql<number>`max_attempts + 1` }
  const crash = crashed ? { crashes: sql<number>`crashes + 1` } : {}
  return end(trx, 'release', held, ending, { ...change, ...crash }, delaySeconds)
}

/** @param nextInSeconds until there is another attempt; undefined where this was the last */
async function end(
  trx: Trx,
  move: Move,
  { job, workerId }: RunningJob,
  { outcome, reason }: Ending,
  change: UpdateObject<Tables, 'jobs'>,
  nextInSeconds?: number,
): Promise<Date> {
  const nextAt = sql<Date | null>`now() + make_interval(secs => ${nextInSeconds ?? null}::float8)`
  const row = await trx
    .with('moved', (cte) =>
      moving(cte as Trx, move, job.id)
        .set(change)
        .returning(['id', 'started_at', 'run_at']),
    )
    .with('history', (cte) =>
      cte.insertInto('attempts').values({
        job_id: job.id,
        attempt: job.attempt,
        worker_id: workerId,
        started_at: job.startedAt ?? NOW,
        outcome: outcome.kind,
        reason,
        next_attempt_at: nextAt,
        failure: outcome.kind === 'failed' ? JSON.stringify(outcome.failure) : null,
      }),
    )
    .with('learned', () => (move === 'complete' ? learning(job) : sql<Record<string, unknown>>`(select)`))
    .selectFrom('moved')
    .select(nextAt.as('next_at'))
    .executeTakeFirstOrThrow()
  return row.next_at ?? new Date()
}
