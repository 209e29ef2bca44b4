/** Accepting a job: its row, its key and its delivery in one transaction, or none of them. */
import { JobError } from '../job/errors.ts'
import { newJobId, type Job } from '../job/job.ts'
import type { Submission } from '../job/submission.ts'
import { enqueue } from '../queue/deliveries.ts'
import type { Db } from '../store/database.ts'
import { insertJob } from '../store/insert-job.ts'
import { findJob, findJobByKey } from '../store/jobs.ts'
import { isLockTimeout, isOutage } from '../store/outage.ts'
import { purgeKey } from '../store/retention.ts'
import type { Deps } from './deps.ts'

export interface KeyedSubmission {
  readonly principal: string
  readonly submission: Submission
  readonly idempotencyKey?: string
  readonly fingerprint: string
}

export interface Submitted {
  readonly job: Job
  /** The key was used before, for the same: this is that job. */
  readonly replayed: boolean
}

/**
 * @throws JobError idempotency-key-reused, idempotency-in-progress; whatever an outage throws, and then the job exists or
 * it does not: repeating with the same key is safe.
 */
export async function submitJob(deps: Deps, keyed: KeyedSubmission): Promise<Submitted> {
  const id = newJobId()
  const job = await accept(deps, keyed, id).catch((error: unknown) => resolveDoubt(deps, keyed, id, error))
  if (!job) return replay(deps, keyed)
  deps.signals.work()
  return { job, replayed: false }
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
  const earlier = await findJobByKey(db, keyed.principal, keyed.idempotencyKey)
  if (!earlier || earlier.fingerprint === keyed.fingerprint) return earlier
  // Nothing of the first request is told: whoever guesses a key must not learn what it was for.
  throw new JobError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before, with a different request',
  )
}

function accept(deps: Deps, keyed: KeyedSubmission, id: string): Promise<Job | undefined> {
  const { db, boss } = deps
  const retentionSeconds = keyed.submission.task.retentionSeconds ?? deps.retentionSeconds
  return db.transaction().execute(async (trx) => {
    const { principal, idempotencyKey: key } = keyed
    const insert = () => insertJob(trx, { ...keyed, id, retentionSeconds })
    let job = await insert()
    if (!job && key !== undefined) {
      // The key may be that of a job whose time is over and that is only not yet purged, or is being purged by another.
      await purgeKey(trx, principal, key)
      job = await insert()
    }
    if (job) await enqueue(boss, trx, job)
    return job
  })
}

async function replay({ db }: Deps, keyed: KeyedSubmission): Promise<Submitted> {
  const job = await findReplay(db, keyed)
  if (job) return { job, replayed: true }
  // It had the key and is gone between the two statements.
  throw inProgress()
}

/** A connection lost during COMMIT leaves it open whether that happened; the job's row tells. */
async function resolveDoubt({ db }: Deps, keyed: KeyedSubmission, id: string, error: unknown): Promise<Job> {
  if (isLockTimeout(error) && keyed.idempotencyKey !== undefined) throw inProgress(error)
  const job = isOutage(error) ? await findJob(db, keyed.principal, id) : undefined
  if (job) return job
  throw error
}

function inProgress(cause?: unknown): JobError {
  const detail = 'A request with this Idempotency-Key is being handled; ask again'
  return new JobError('idempotency-in-progress', detail, { cause })
}
