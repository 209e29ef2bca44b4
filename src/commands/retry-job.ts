/** Running a failed or canceled job again, as the same job: its attempts go on counting and their history stays. */
import type { Catalogue } from '../job/catalogue.ts'
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { isTerminal } from '../job/status.ts'
import type { Deps } from './deps.ts'
import { expectUnchanged, lockOwnJob, type Wanted } from './own-job.ts'
import { runAgain } from './run-again.ts'
import { inTransaction } from './try-again.ts'

/** @throws JobError job-not-found, job-expired, job-already-terminal, job-not-terminal, precondition-failed */
export async function retryJob(deps: Deps, catalogue: Catalogue, wanted: Wanted): Promise<Job> {
  const { db, signals, sealer } = deps
  const [job] = await inTransaction(db, async (trx) => {
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
    return runAgain(trx, { catalogue, sealer }, [held])
  })
  if (!job) throw new Error(`Job ${wanted.id} could not be run again although it was held`)
  signals.work(job.queue)
  signals.changed(job.id)
  return job
}
