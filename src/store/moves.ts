/** The moves of status.ts as SQL: each leaves only the statuses it may leave, and says so by answering nothing. */
import { sql } from 'kysely'
import type { Failure } from '../job/failure.ts'
import type { Job } from '../job/job.ts'
import { MOVES, type Move } from '../job/status.ts'
import type { Trx } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'

const NOW = sql<Date>`now()`
const PARKED = { worker_id: null, delivery: null, progress: null, progress_note: null }

/** A running job and the delivery that carries it; the row stays locked until the transaction ends. */
export interface RunningJob {
  readonly job: Job
  readonly delivery: number
}

/** Undefined means that this attempt no longer owns the job. */
export async function lockRunning(trx: Trx, id: string, attempt: number): Promise<RunningJob | undefined> {
  const row = await trx
    .selectFrom('jobs')
    .select([...JOB_COLUMNS, 'delivery'])
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('attempt', '=', attempt)
    .forUpdate()
    .executeTakeFirst()
  return row && { job: jobFromRow(row), delivery: row.delivery ?? 0 }
}

export async function completeJob(trx: Trx, id: string, result: string): Promise<void> {
  await moving(trx, 'complete', id)
    .set({
      worker_id: null,
      delivery: null,
      finished_at: NOW,
      result,
      result_bytes: Buffer.byteLength(result),
      progress: sql<number | null>`case when progress is null then null else 100 end`,
    })
    .executeTakeFirstOrThrow()
}

export async function failJob(trx: Trx, id: string, failure: Failure): Promise<void> {
  await moving(trx, 'fail', id)
    .set({ worker_id: null, delivery: null, finished_at: NOW, failure: JSON.stringify(failure) })
    .executeTakeFirstOrThrow()
}

/** Back to pending after a failure. Returns when the next attempt is due. */
export async function retryJob(trx: Trx, id: string, delaySeconds: number): Promise<Date> {
  const row = await moving(trx, 'retry', id)
    .set({ ...PARKED, run_at: sql<Date>`now() + make_interval(secs => ${delaySeconds})` })
    .returning('run_at')
    .executeTakeFirstOrThrow()
  return row.run_at
}

/**
 * Back to pending without having used up an attempt, and due since it was: nothing but us held it up. Returns when it is
 * to be delivered again.
 */
export async function releaseJob(
  trx: Trx,
  id: string,
  crashed: boolean,
  delaySeconds: number,
): Promise<Date> {
  const row = await moving(trx, 'release', id)
    .set({ ...PARKED, max_attempts: sql<number>`max_attempts + 1` })
    .$if(crashed, (query) => query.set({ crashes: sql<number>`crashes + 1` }))
    .returning(sql<Date>`now() + make_interval(secs => ${delaySeconds})`.as('deliver_at'))
    .executeTakeFirstOrThrow()
  return row.deliver_at
}

/** Ends a job that is not running, or one whose running attempt the caller holds. Undefined: it was neither. */
export async function moveToCanceled(
  trx: Trx,
  id: string,
  from: 'pending' | 'running',
): Promise<Job | undefined> {
  const row = await moving(trx, 'cancel', id)
    .set({
      worker_id: null,
      delivery: null,
      finished_at: NOW,
      cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, now())`,
    })
    .where('status', '=', from)
    .returning(JOB_COLUMNS)
    .executeTakeFirst()
  return row && jobFromRow(row)
}

/** Notes that a running job is to stop; its worker then sees to it. Undefined: it is not running. */
export async function requestCancel(trx: Trx, id: string): Promise<Job | undefined> {
  const row = await trx
    .updateTable('jobs')
    .set({ cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, now())`, updated_at: NOW })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .returning(JOB_COLUMNS)
    .executeTakeFirst()
  return row && jobFromRow(row)
}

function moving(trx: Trx, move: Move, id: string) {
  return trx
    .updateTable('jobs')
    .set({ status: MOVES[move].to, updated_at: NOW })
    .where('id', '=', id)
    .where('status', 'in', [...MOVES[move].from])
}
