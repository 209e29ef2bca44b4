/** The attempts at a job that have ended. */
import type { Failure } from '../job/failure.ts'
import type { Reason, SettledOutcome } from '../job/settlement.ts'
import type { Json } from '../job/json.ts'
import type { Db } from './database.ts'

export interface EndedAttempt {
  /** From 1. */
  readonly attempt: number
  readonly workerId: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly outcome: SettledOutcome
  /** Why there was another, or none. */
  readonly reason: Reason
  readonly nextAttemptAt?: Date
  readonly failure?: Failure
  /** What the task had to say of its calls. */
  readonly transcript?: Json
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
    ...(row.transcript === null ? {} : { transcript: row.transcript as Json }),
  }))
}
