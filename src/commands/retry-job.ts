/** Running a failed or canceled job again, as the same job: its attempts go on counting and their history stays. */
import { storedRetryFor, type Catalogue, type KnownTask } from '../job/catalogue.ts'
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { homeOf } from '../job/lane.ts'
import { isTerminal } from '../job/status.ts'
import type { RetryPolicy } from '../job/retry.ts'
import { enqueue } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import { findInput } from '../store/jobs.ts'
import { rerun } from '../store/moves.ts'
import type { Deps } from './deps.ts'
import { expectUnchanged, lockOwnJob, type Wanted } from './own-job.ts'
import { inTransaction } from './try-again.ts'

/** @throws JobError job-not-found, job-expired, job-already-terminal, job-not-terminal, precondition-failed */
export async function retryJob(deps: Deps, catalogue: Catalogue, wanted: Wanted): Promise<Job> {
  const { db, signals } = deps
  const job = await inTransaction(db, async (trx) => {
    const held = await lockOwnJob(trx, wanted)
    const { id, status } = held
    if (status === 'completed') {
      throw new JobError('job-already-terminal', 'The job has completed; submit a new one', { jobId: id })
    }
    if (!isTerminal(status)) {
      const detail = `The job is ${status}; only one that has failed or was canceled can be run again`
      throw new JobError('job-not-terminal', detail, { jobId: id })
    }
    expectUnchanged(held, wanted)
    // A task that only other processes know gets one attempt; nothing is known here of its policy.
    const task = catalogue.get(held.task)
    const attempts = (task ? (await policyOf(deps, trx, task, id)).limit : 0) + 1
    const again = await rerun(trx, id, { attempts, queue: task?.queue ?? homeOf(held.queue) })
    if (!again) throw new Error(`Job ${id} could not be run again although it was held`)
    await enqueue(trx, id)
    return again
  })
  signals.work(job.queue)
  signals.changed(job.id)
  return job
}

/** The input may have a say in it. */
async function policyOf({ sealer }: Deps, trx: Trx, task: KnownTask, id: string): Promise<RetryPolicy> {
  if (!task.retryOf) return task.retry
  const input = await findInput(trx, id)
  return storedRetryFor(task, task.sealsSecrets && sealer ? sealer.open(input, id) : input)
}
