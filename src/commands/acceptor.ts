/** Accepting jobs: row, key and delivery in one transaction, or none of them. Those that come together share one. */
import type { Job } from '../job/job.ts'
import { pendingJob, type NewJob } from '../job/new-job.ts'
import { ENQUEUE_STORED } from '../queue/deliveries.ts'
import type { Db, Trx } from '../store/database.ts'
import { gather, type Gather } from '../store/gather.ts'
import { insertJobs } from '../store/insert-jobs.ts'
import { isOnesFault } from '../store/outage.ts'
import { payloadForAll, type Signals } from '../store/signals.ts'

/** Undefined: the key has a job already. */
export type Acceptor = Gather<NewJob, Job | undefined>

export interface AcceptorOptions {
  /** How many submissions of one principal may wait for the database. */
  readonly maxWaiting: number
  /** Whose turn has not come by then is told so, while there is time: nothing was accepted. */
  readonly maxWaitingMs: number
}

// One transaction prepares while another waits for the disk; with a third, each would only be smaller.
const AT_ONCE = 2
// Some milliseconds of the database's work: what waits behind a batch waits for no more than that.
const MAX_ITEMS = 250
const MAX_BYTES = 2_000_000
const MAX_WAITING_BYTES = 64_000_000
// For a key that another transaction is just taking. Whoever has to wait longer does so alone, and not all of a batch.
const PATIENCE_MS = { together: 200, alone: 700 }

export function acceptor(db: Db, signals: Signals, { maxWaiting, maxWaitingMs }: AcceptorOptions): Acceptor {
  return gather({
    serve: (batch) => accept(db, signals, batch),
    atOnce: AT_ONCE,
    maxItems: MAX_ITEMS,
    maxBytes: MAX_BYTES,
    bytesOf: ({ input }) => input.length,
    partyOf: ({ principal }) => principal,
    mayWait: { items: maxWaiting, bytes: MAX_WAITING_BYTES, ms: maxWaitingMs },
    isBlamed: isOnesFault,
  })
}

/** In the transaction that `db` is, or in one of its own. Workers are told. */
export async function accept(
  db: Db,
  signals: Signals,
  jobs: readonly NewJob[],
): Promise<(Job | undefined)[]> {
  // Everybody takes keys in the same order, so that no two transactions wait for each other's.
  const inOrder = jobs.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
  const patienceMs = jobs.length > 1 ? PATIENCE_MS.together : PATIENCE_MS.alone
  // One that comes alone, when little is going on, saves the round trip of a signal. At the commit of a batch that would
  // hold up the next: NOTIFY takes a lock that is global to the database.
  const [only, another] = jobs
  const alone = only && !another ? { notify: signals.payloadFor(only.submission.task.queue) } : {}
  const { at, known } = await insertJobs(db, inOrder, { alongside: ENQUEUE_STORED, patienceMs, ...alone })
  const accepted = jobs.map((job) => (known.has(job.id) ? undefined : pendingJob(job, at)))
  for (const queue of new Set(accepted.flatMap((job) => job?.queue ?? []))) {
    if (another) signals.work(queue)
    else signals.workHere(queue)
  }
  return accepted
}

/** In a transaction of somebody else, whose patience it is; workers are told when that commits, those in this process too. */
export async function acceptWithin(trx: Trx, job: NewJob): Promise<Job | undefined> {
  const notify = payloadForAll(job.submission.task.queue)
  const { at, known } = await insertJobs(trx, [job], { alongside: ENQUEUE_STORED, notify })
  return known.has(job.id) ? undefined : pendingJob(job, at)
}

function nameOf({ principal, idempotency }: NewJob): string {
  return `${principal} ${idempotency?.key ?? ''}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
