/** Deleting a job that has ended, with its result, its attempts and its key. */
import { JobError } from '../job/errors.ts'
import { isTerminal } from '../job/status.ts'
import { deleteJobs } from '../store/retention.ts'
import type { Deps } from './deps.ts'
import { expectUnchanged, lockOwnJob, type Wanted } from './own-job.ts'
import { inTransaction } from './try-again.ts'

/** @throws JobError job-not-found, job-expired, job-not-terminal, precondition-failed */
export async function deleteJob({ db, signals }: Deps, wanted: Wanted): Promise<void> {
  await inTransaction(db, async (trx) => {
    const held = await lockOwnJob(trx, wanted)
    if (!isTerminal(held.status)) {
      const detail = `The job is ${held.status}; cancel it first, or wait for its end`
      throw new JobError('job-not-terminal', detail, {
        jobId: held.id,
        canCancel: held.cancelRequestedAt === undefined,
      })
    }
    expectUnchanged(held, wanted)
    await deleteJobs(trx, [held.id])
  })
  signals.changed(wanted.id)
}
