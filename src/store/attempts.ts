/** The attempts at a job that have ended. */
import type { Failure } from '../job/failure.ts'
import type { Outcome, Reason } from '../job/settlement.ts'
import type { Db } from './database.ts'

export interface EndedAttempt {
  /** From 1. */
  readonly attempt: number
  readonly workerId: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly outcome: Outcome['kind']
  /** Why there was another, or none. */
  readonly reason: Reason
  readonly nextAttemptAt?: Date
  readonly failure?: Failure
}

/** The last `limit` of them, oldest first. */
export async function findAttempts(db: Db, jobId: string, limit: number): Promise<EndedAttempt[]> {
  const rows = await db
    .selectFrom('attempts')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('attempt', 'desc')
    .limit(limit)
    .execute()
  return rows.toReversed().map((row) => ({
    attempt: row.attempt,
    workerId: row.worker_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    reason: row.reason,
    ...(row.next_attempt_at === null ? {} : { nextAttemptAt: row.next_attempt_at }),
    ...(row.failure === null ? {} : { failure: row.failure }),
  }))
}
