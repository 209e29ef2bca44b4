/** Telling a receiver once more of the end of a job, under the same message id. */
import type { Catalogue } from '../job/catalogue.ts'
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { enqueue } from '../queue/deliveries.ts'
import { copyDelivery, isDeliveryOf } from '../store/callbacks.ts'
import type { Deps } from './deps.ts'
import { findOwnJob, lockOwnJob, type Wanted } from './own-job.ts'
import { retryJob } from './retry-job.ts'
import { inTransaction } from './try-again.ts'

export interface WantedDelivery extends Pick<Wanted, 'principal' | 'id'> {
  /** As the caller sent it. */
  readonly delivery: string
}

/**
 * One that failed is run again; one that was taken is sent anew by another job.
 * @throws JobError as findOwnJob, of the job and of the delivery; job-not-terminal
 */
export async function redeliver(deps: Deps, catalogue: Catalogue, wanted: WantedDelivery): Promise<Job> {
  const { db, signals } = deps
  const { principal, delivery } = wanted
  const { id: jobId } = await findOwnJob(deps, wanted)
  const earlier = await findOwnJob(deps, { principal, id: delivery })
  // Any other job of theirs that has failed would be run again.
  if (!(await isDeliveryOf(db, { id: earlier.id, jobId }))) throw notThere()
  if (earlier.status === 'failed' || earlier.status === 'canceled') {
    return retryJob(deps, catalogue, { principal, id: delivery })
  }
  if (earlier.status !== 'completed') {
    throw new JobError('job-not-terminal', `The delivery is ${earlier.status} as it is`, {
      jobId: earlier.id,
    })
  }
  const job = await inTransaction(db, async (trx) => {
    const copy = await copyDelivery(trx, { id: earlier.id, jobId })
    // Its time may have run out just now.
    if (copy === undefined) throw notThere()
    await enqueue(trx, copy)
    return lockOwnJob(trx, { principal, id: copy })
  })
  signals.work(job.queue)
  return job
}

function notThere(): JobError {
  return new JobError('job-not-found', 'The job has no such delivery')
}
