/** The move that starts an attempt, for many jobs at once. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import { MOVES } from '../job/status.ts'
import type { Trx } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'
import { NOW, SEEN } from './moving.ts'

export interface Start {
  readonly id: string
  /** pg-boss's retry_count of this delivery. */
  readonly delivery: number
}

interface Claim {
  readonly job_id: string
  readonly delivery: number
}

export interface StartedJob {
  readonly job: Job
  readonly input: unknown
}

/**
 * Claims the jobs. Rows that somebody else holds are passed over, never waited for: every other transaction takes our
 * row first and the queue's second, and a claim has the queue's already.
 */
export async function startJobs(trx: Trx, workerId: string, starts: readonly Start[]): Promise<StartedJob[]> {
  // A worker taken for dead while it was stalled must not claim, nor be taken for dead before this is committed: its jobs
  // would be nobody's.
  const enrolled = await trx
    .selectFrom('workers')
    .select('id')
    .where('id', '=', workerId)
    .forKeyShare()
    .execute()
  if (enrolled.length === 0) return []
  const delivery = new Map(starts.map((start) => [start.id, start.delivery]))
  const free = await trx
    .selectFrom('jobs')
    .select('id')
    .where('id', 'in', [...delivery.keys()])
    .where('status', 'in', MOVES.start.from)
    .forUpdate()
    .skipLocked()
    .execute()
  if (free.length === 0) return []
  const ids = free.map((row) => row.id)
  const deliveries = ids.map((id) => delivery.get(id) ?? 0)
  const claims = sql<Claim>`unnest(${ids}::uuid[], ${deliveries}::int[])`.as<'claim'>(
    sql`claim(job_id, delivery)`,
  )
  const rows = await trx
    .updateTable('jobs')
    .from(claims)
    .set((eb) => ({
      status: MOVES.start.to,
      attempt: sql<number>`attempt + 1`,
      started_at: NOW,
      ...SEEN,
      worker_id: workerId,
      delivery: eb.ref('claim.delivery'),
    }))
    .whereRef('id', '=', 'claim.job_id')
    .returning([...JOB_COLUMNS, 'input'])
    .execute()
  return rows.map((row) => ({ job: jobFromRow(row), input: row.input }))
}

/** Those of the jobs that are pending, locked or not. */
export async function findPending(trx: Trx, ids: readonly string[]): Promise<string[]> {
  const rows = await trx
    .selectFrom('jobs')
    .select('id')
    .where('id', 'in', ids)
    .where('status', '=', 'pending')
    .execute()
  return rows.map((row) => row.id)
}
