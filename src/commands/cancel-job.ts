/** Canceling a job: at once where no worker has it, else by telling the worker that does. */
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { withdraw } from '../queue/deliveries.ts'
import { findJob } from '../store/jobs.ts'
import { moveToCanceled, requestCancel } from '../store/moves.ts'
import { notify } from '../store/signals.ts'
import type { Deps } from './deps.ts'

// It can change hands between our statements, but not often: pending, running, pending again after a failure, and over.
const MAX_TRIES = 5

/**
 * Answers the job as it then is: canceled, or running with `cancelRequestedAt` set.
 * @throws JobError job-not-found, job-already-terminal
 */
export async function cancelJob(deps: Deps, principal: string, id: string): Promise<Job> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const job = await findJob(deps.db, principal, id)
    if (!job) throw new JobError('job-not-found', 'There is no such job')
    switch (job.status) {
      case 'canceled':
        return job
      case 'completed':
      case 'failed':
        throw new JobError('job-already-terminal', `The job has already ${job.status}`, { jobId: id })
      case 'pending':
      case 'running': {
        const canceled = await (job.status === 'pending' ? cancelPending(deps, id) : cancelRunning(deps, id))
        if (canceled) return canceled
      }
    }
  }
  throw new JobError('temporary-reduced-capacity', 'The job kept changing; ask again', {
    retryAfterSeconds: 1,
  })
}

function cancelPending({ db, boss }: Deps, id: string): Promise<Job | undefined> {
  return db.transaction().execute(async (trx) => {
    const canceled = await moveToCanceled(trx, id, 'pending')
    if (canceled) await withdraw(boss, trx, id)
    return canceled
  })
}

function cancelRunning({ db }: Deps, id: string): Promise<Job | undefined> {
  return db.transaction().execute(async (trx) => {
    const asked = await requestCancel(trx, id)
    if (asked) await notify(trx, 'acceptd_cancel', id)
    return asked
  })
}
