/** Submitting a job: accepted, or known by its key. */
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { newJob, type KeyedSubmission, type NewJob } from '../job/new-job.ts'
import type { Db } from '../store/database.ts'
import { Overfull } from '../store/gather.ts'
import { findJobsByKey } from '../store/jobs.ts'
import { isLockTimeout, isOutage } from '../store/outage.ts'
import type { Submitted } from './acceptor.ts'
import type { Deps } from './deps.ts'

/**
 * @throws JobError idempotency-key-reused, idempotency-in-progress, temporary-reduced-capacity; whatever an outage throws,
 * and then the job exists or it does not: repeating with the same key is safe.
 */
export async function submitJob(deps: Deps, keyed: KeyedSubmission): Promise<Submitted> {
  const job = newJob(keyed, deps.retentionSeconds)
  const submitted = await deps.acceptor.ask(job).catch((error: unknown) => resolveDoubt(deps, job, error))
  if (!submitted) throw inProgress()
  if (submitted.replayed) expectSame(submitted.job, keyed)
  else deps.signals.work(submitted.job.queue)
  return submitted
}

/**
 * The job of an earlier submission with this key, if there was one.
 * @throws JobError idempotency-key-reused where that asked for something else
 */
export async function findReplay(
  db: Db,
  keyed: Omit<KeyedSubmission, 'submission'>,
): Promise<Job | undefined> {
  if (keyed.idempotencyKey === undefined) return undefined
  const [earlier] = await findJobsByKey(db, [keyed])
  if (earlier) expectSame(earlier.job, keyed)
  return earlier?.job
}

function expectSame(earlier: Job, { fingerprint }: Pick<KeyedSubmission, 'fingerprint'>): void {
  if (earlier.fingerprint === fingerprint) return
  // Nothing of the first request is told: whoever guesses a key must not learn what it was for.
  throw new JobError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before, with a different request',
  )
}

async function resolveDoubt({ jobs }: Deps, { id, ...keyed }: NewJob, error: unknown): Promise<Submitted> {
  if (error instanceof Overfull) {
    const detail = 'More is being submitted than the database can take just now; nothing was accepted'
    throw new JobError('temporary-reduced-capacity', detail, { retryAfterSeconds: 1, cause: error })
  }
  if (isLockTimeout(error) && keyed.idempotencyKey !== undefined) throw inProgress(error)
  // A connection lost during COMMIT leaves it open whether that happened; the job's row tells.
  const job = isOutage(error) ? await jobs.find(keyed.principal, id) : undefined
  if (job) return { job, replayed: false }
  throw error
}

function inProgress(cause?: unknown): JobError {
  const detail = 'A request with this Idempotency-Key is being handled; ask again'
  return new JobError('idempotency-in-progress', detail, { cause })
}
