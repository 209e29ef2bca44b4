/** Submitting a job: accepted, or known by its key. */
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import {
  newJob,
  type Idempotency,
  type KeyedSubmission,
  type NewJob,
  type NewJobOptions,
} from '../job/new-job.ts'
import type { Db, Trx } from '../store/database.ts'
import { Overfull } from '../store/gather.ts'
import { findJobByKey, type KeyedJob } from '../store/jobs.ts'
import { isDeadlock, isLockTimeout, isOutage } from '../store/outage.ts'
import { purgeKey } from '../store/retention.ts'
import { accept, acceptWithin } from './acceptor.ts'
import type { Deps } from './deps.ts'
import { inTransaction, tryAgain } from './try-again.ts'

export interface Submitted {
  readonly job: Job
  /** The key was used before, for the same: this is that job. */
  readonly replayed: boolean
}

/**
 * @throws JobError idempotency-key-reused, idempotency-in-progress, temporary-reduced-capacity; whatever an outage throws,
 * and then the job exists or it does not: repeating with the same key is safe.
 */
export async function submitJob(deps: Deps, keyed: KeyedSubmission): Promise<Submitted> {
  const wish = newJob(keyed, deps)
  let job: Job | undefined
  try {
    job = await tryAgain(() => deps.acceptor.ask(wish), isDeadlock)
  } catch (error) {
    return resolveDoubt(deps, wish, error)
  }
  return job ? { job, replayed: false } : resolveKey(deps, wish)
}

/**
 * The same in a transaction of somebody else: the job is there if that commits, and not before. Whatever is refused leaves
 * the transaction as it was.
 * @throws JobError idempotency-key-reused, idempotency-in-progress; whatever the database says, as of any other statement
 */
export async function submitWithin(
  trx: Trx,
  options: NewJobOptions,
  keyed: KeyedSubmission,
): Promise<Submitted> {
  const wish = newJob(keyed, options)
  const job = await acceptWithin(trx, wish)
  if (job) return { job, replayed: false }
  const earlier = await findReplay(trx, wish)
  if (earlier) return { job: earlier, replayed: true }
  const another = await freeKey(trx, wish).then(() => acceptWithin(trx, wish))
  if (!another) throw inProgress()
  return { job: another, replayed: false }
}

/**
 * The job of an earlier submission with this key, if there was one.
 * @throws JobError idempotency-key-reused where that asked for something else
 */
export async function findReplay(
  db: Db,
  { principal, idempotency }: Omit<KeyedSubmission, 'submission'>,
): Promise<Job | undefined> {
  if (!idempotency) return undefined
  const earlier = await findJobByKey(db, principal, idempotency.key)
  if (earlier) expectSame(earlier, idempotency)
  return earlier?.job
}

function expectSame(earlier: KeyedJob, { fingerprint }: Idempotency): void {
  if (earlier.fingerprint === fingerprint) return
  // Nothing of the first request is told: whoever guesses a key must not learn what it was for.
  throw new JobError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before, with a different request',
  )
}

/** The key has a job; or had one, whose time is over and that is only not yet purged. */
async function resolveKey(deps: Deps, wish: NewJob): Promise<Submitted> {
  const { db, signals } = deps
  const earlier = await findReplay(db, wish)
  if (earlier) return { job: earlier, replayed: true }
  const [job] = await inTransaction(db, async (trx) => {
    await freeKey(trx, wish)
    return accept(trx, signals, [wish])
  })
  // Somebody else was quicker to take it, or has just deleted it.
  if (!job) throw inProgress()
  signals.work(job.queue)
  return { job, replayed: false }
}

async function freeKey(trx: Trx, { principal, idempotency }: NewJob): Promise<void> {
  if (idempotency) await purgeKey(trx, principal, idempotency.key)
}

async function resolveDoubt(deps: Deps, wish: NewJob, error: unknown): Promise<Submitted> {
  const { db, jobs, signals } = deps
  if (error instanceof Overfull) {
    const detail = 'More is being submitted than the database can take just now; nothing was accepted'
    throw new JobError('temporary-reduced-capacity', detail, { retryAfterSeconds: 1, cause: error })
  }
  if (isLockTimeout(error) && wish.idempotency) {
    // Whoever held the key may be done by now. And where all jobs are held and not this key, this is what tells.
    const earlier = await findReplay(db, wish)
    if (earlier) return { job: earlier, replayed: true }
    throw inProgress(error)
  }
  // A connection lost during COMMIT leaves it open whether that happened; the job's row tells.
  const job = isOutage(error) ? await jobs.find(wish.principal, wish.id) : undefined
  if (!job) throw error
  signals.work(job.queue)
  return { job, replayed: false }
}

function inProgress(cause?: unknown): JobError {
  const detail = 'A request with this Idempotency-Key is being handled; ask again'
  return new JobError('idempotency-in-progress', detail, { cause })
}
