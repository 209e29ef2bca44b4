/** The move that starts an attempt, for many jobs at once. */
import { sql } from 'kysely'
import { MOVES } from '../job/status.ts'
import type { Trx } from './database.ts'
import { SEEN_SQL } from './moving.ts'

export interface Start {
  readonly id: string
  /** pg-boss's retry_count of this delivery. */
  readonly delivery: number
}

export interface StartedJob {
  readonly id: string
  readonly task: string
  readonly attempt: number
  readonly input: unknown
}

/**
 * Claims the jobs. Rows that somebody else holds are passed over, never waited for: every other transaction takes our
 * row first and the queue's second, and a claim has the queue's already. Nor does a worker claim that was taken for dead
 * while it was stalled, and until the end of the transaction it cannot be: its jobs would be nobody's.
 */
export async function startJobs(trx: Trx, workerId: string, starts: readonly Start[]): Promise<StartedJob[]> {
  const ids = starts.map(({ id }) => id)
  const deliveries = starts.map(({ delivery }) => delivery)
  const { rows } = await sql<StartedJob>`
    with enrolled as (
      select id from acceptd.workers where id = ${workerId} for key share
    ),
    free as (
      select id, claim.delivery
      from unnest(${ids}::uuid[], ${deliveries}::int[]) as claim (job_id, delivery) join acceptd.jobs on id = job_id
      where status = ${MOVES.start.from[0]} and exists (select from enrolled)
      for update of jobs skip locked
    )
    update acceptd.jobs set
      status = ${MOVES.start.to}, attempt = attempt + 1, started_at = now(), ${SEEN_SQL},
      worker_id = ${workerId}, delivery = free.delivery
    from free where jobs.id = free.id
    returning jobs.id, task, attempt, input`.execute(trx)
  return rows
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
