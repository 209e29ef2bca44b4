/** The caller's own job, held while a command decides about it. */
import { JobError } from '../job/errors.ts'
import { isJobId, type Job } from '../job/job.ts'
import type { Db, Trx } from '../store/database.ts'
import { lockJob } from '../store/moves.ts'
import { wasThere } from '../store/retention.ts'
import type { Deps } from './deps.ts'

export interface Wanted {
  readonly principal: string
  /** As the caller sent it. */
  readonly id: string
  /** Whether the job is still as the caller thinks it is. */
  readonly isExpected?: (job: Job) => boolean
}

/** @throws JobError job-not-found, one and the same for ids that are unknown, somebody else's or malformed; job-expired */
export async function findOwnJob(
  { db, jobs }: Pick<Deps, 'db' | 'jobs'>,
  { principal, id }: Wanted,
): Promise<Job> {
  return (isJobId(id) ? await jobs.find(principal, id) : undefined) ?? absent(db, principal, id)
}

/** As findOwnJob; nobody else can change the job until the transaction ends. */
export async function lockOwnJob(trx: Trx, { principal, id }: Wanted): Promise<Job> {
  return (isJobId(id) ? await lockJob(trx, principal, id) : undefined) ?? absent(trx, principal, id)
}

/**
 * To be asked last: a command that could not be done anyway says why, whatever the caller expected (RFC 9110 §13.2.1).
 * @throws JobError precondition-failed
 */
export function expectUnchanged(job: Job, { isExpected }: Wanted): void {
  if (!isExpected || isExpected(job)) return
  const detail = 'The job has changed since; read it again, and decide anew'
  throw new JobError('precondition-failed', detail, { jobId: job.id })
}

async function absent(db: Db, principal: string, id: string): Promise<never> {
  if (isJobId(id) && (await wasThere(db, principal, id))) {
    throw new JobError('job-expired', 'The job was deleted, or the time it was kept for is over')
  }
  throw new JobError('job-not-found', 'There is no such job')
}
