/** The moves that somebody asks for: cancel, and run again. Each answers nothing where the job could not make it. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Trx } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'
import { ENDED, moving, NOW, SEEN } from './moving.ts'

/** Ends a job that no worker has. */
export async function cancelPending(trx: Trx, id: string): Promise<Job | undefined> {
  const row = await moving(trx, 'cancel')
    .set({ ...ENDED, cancel_requested_at: NOW })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .returning(JOB_COLUMNS)
    .executeTakeFirst()
  return row && jobFromRow(row)
}

/** Notes that a running job is to stop; its worker then sees to it. */
export async function requestCancel(trx: Trx, id: string): Promise<Job | undefined> {
  const row = await trx
    .updateTable('jobs')
    .set({ cancel_requested_at: NOW, ...SEEN })
    .where('id', '=', id)
    .where('status', '=', 'running')
    // Once is enough: asking again must not look like a change.
    .where('cancel_requested_at', 'is', null)
    .returning(JOB_COLUMNS)
    .executeTakeFirst()
  return row && jobFromRow(row)
}

/** Has a paused job go on at once. */
export async function hasten(trx: Trx, id: string): Promise<void> {
  await trx.updateTable('jobs').set({ resume_at: NOW }).where('id', '=', id).execute()
}

/** How a job is to run again: in which queue, and with how many attempts more to use. */
export interface Rerun {
  readonly id: string
  readonly attempts: number
  readonly queue: string
}

/** Back to pending, those that can be. Attempts go on counting, so the fence holds and their history stays. */
export async function rerun(trx: Trx, reruns: readonly Rerun[]): Promise<readonly Job[]> {
  const [ids, attempts, queues] = [
    reruns.map(({ id }) => id),
    reruns.map((each) => each.attempts),
    reruns.map(({ queue }) => queue),
  ]
  const wished = sql<object>`unnest(${ids}::uuid[], ${attempts}::int[], ${queues}::text[])`
  const rows = await moving(trx, 'rerun')
    .from(wished.as<'wished'>(sql`wished (job, more, place)`))
    .where(sql<boolean>`jobs.id = wished.job`)
    .set({
      queue: sql<string>`wished.place`,
      max_attempts: sql<number>`attempt + wished.more`,
      crashes: 0,
      run_at: NOW,
      started_at: null,
      finished_at: null,
      expires_at: null,
      cancel_requested_at: null,
      failure: null,
      progress: null,
      progress_note: null,
    })
    .returning(JOB_COLUMNS)
    .execute()
  return rows.map(jobFromRow)
}

/** The job, held until the transaction ends, so that what is decided about it still holds when it is done. */
export async function lockJob(trx: Trx, principal: string, id: string): Promise<Job | undefined> {
  const row = await trx
    .selectFrom('jobs')
    .select(JOB_COLUMNS)
    .where('id', '=', id)
    .where('principal', '=', principal)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  // Asked once it is held: its time may have run out while we waited for it.
  return row.expires_at && (await isPast(trx, row.expires_at)) ? undefined : jobFromRow(row)
}

async function isPast(trx: Trx, time: Date): Promise<boolean> {
  const { rows } = await sql<{
    past: boolean
  }>`select ${time}::timestamptz <= clock_timestamp() as past`.execute(trx)
  return rows[0]?.past ?? false
}
