/** Storing a job, unless its key has one already. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Submission } from '../job/submission.ts'
import type { Trx } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'

export interface NewJob {
  readonly id: string
  readonly principal: string
  readonly submission: Submission
  readonly idempotencyKey?: string
  readonly fingerprint: string
  readonly retentionSeconds: number
}

/** Undefined means that the principal has used the key before; findJobByKey then has the job. */
export async function insertJob(
  trx: Trx,
  { id, principal, submission, ...job }: NewJob,
): Promise<Job | undefined> {
  const row = await trx
    .insertInto('jobs')
    .values({
      id,
      principal,
      task: submission.task.name,
      input: JSON.stringify(submission.input),
      tags: [...submission.tags],
      priority: submission.priority,
      max_attempts: submission.task.retry.limit + 1,
      idempotency_key: job.idempotencyKey ?? null,
      fingerprint: job.fingerprint,
      retention_seconds: job.retentionSeconds,
      // A wish for a time gone by means now.
      run_at: submission.runAt
        ? sql<Date>`greatest(${submission.runAt}::timestamptz, now())`
        : sql<Date>`now()`,
    })
    .onConflict((conflict) =>
      conflict.columns(['principal', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
    )
    .returning(JOB_COLUMNS)
    .executeTakeFirst()
  return row && jobFromRow(row)
}
