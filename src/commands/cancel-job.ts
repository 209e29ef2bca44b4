/** Canceling a job: at once where no worker has it, else by telling the worker that does. */
import { JobError } from '../job/errors.ts'
import { CALLBACK_LANE } from '../job/callback.ts'
import type { Job } from '../job/job.ts'
import { ENQUEUE_STORED, hurry, withdraw } from '../queue/deliveries.ts'
import { cancelPending, hasten, requestCancel } from '../store/moves.ts'
import { tellOf } from '../store/telling.ts'
import type { Trx } from '../store/database.ts'
import { notify } from '../store/signals.ts'
import type { Deps } from './deps.ts'
import { expectUnchanged, lockOwnJob, type Wanted } from './own-job.ts'
import { inTransaction } from './try-again.ts'

/**
 * Answers the job as it then is: canceled, or running with `cancelRequestedAt` set.
 * @throws JobError job-not-found, job-expired, job-already-terminal, precondition-failed
 */
export async function cancelJob({ db, boss, signals }: Deps, wanted: Wanted): Promise<Job> {
  const job = await inTransaction(db, async (trx) => {
    const held = await lockOwnJob(trx, wanted)
    if (held.status === 'completed' || held.status === 'failed') {
      throw new JobError('job-already-terminal', `The job has already ${held.status}`, { jobId: held.id })
    }
    expectUnchanged(held, wanted)
    switch (held.status) {
      case 'canceled':
        return held
      case 'pending':
        await withdraw(boss, trx, held)
        return tellOfCancel(trx, await cancelPending(trx, held.id))
      case 'running':
        // No worker has it: one is to take it now, so that the task can tell whom it waits for.
        if (held.resumeAt) {
          await hasten(trx, held.id)
          await hurry(trx, held)
        }
        await notify(trx, 'acceptd_cancel', held.id)
        // Undefined: it was asked before.
        return (await requestCancel(trx, held.id)) ?? held
    }
  })
  if (!job) throw new Error(`Job ${wanted.id} could not be canceled although it was held`)
  if (job.callbackUrl !== undefined) signals.work(CALLBACK_LANE)
  if (job.resumeAt) signals.work(job.queue)
  signals.changed(job.id)
  return job
}

async function tellOfCancel(trx: Trx, canceled: Job | undefined): Promise<Job | undefined> {
  if (canceled?.callbackUrl !== undefined) await tellOf(trx, [canceled.id], ENQUEUE_STORED)
  return canceled
}
