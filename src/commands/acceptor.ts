/** Accepting jobs: rows, keys and deliveries in one transaction, or none of them. Those that come together share one. */
import type { PgBoss } from 'pg-boss'
import type { Job } from '../job/job.ts'
import { pendingJob, type NewJob } from '../job/new-job.ts'
import { enqueue } from '../queue/deliveries.ts'
import { waitBriefly, type Db, type Trx } from '../store/database.ts'
import { gather, type Gather } from '../store/gather.ts'
import { insertJobs } from '../store/insert-jobs.ts'
import { findJobsByKey } from '../store/jobs.ts'
import { isOnesFault } from '../store/outage.ts'
import { purgeKeys } from '../store/retention.ts'

export interface Submitted {
  readonly job: Job
  /** The key was used before: this is that job, whatever it was asked to do. */
  readonly replayed: boolean
}

/** Undefined: the key's job went away while it was looked for. */
export type Acceptor = Gather<NewJob, Submitted | undefined>

export interface AcceptorOptions {
  /** How many submissions of one principal may wait for the database. */
  readonly maxWaiting: number
}

// One transaction prepares while another waits for the disk; with a third, each would only be smaller.
const AT_ONCE = 2
// Some milliseconds of the database's work: what waits behind a batch waits for no more than that.
const MAX_ITEMS = 250
const MAX_BYTES = 2_000_000
const MAX_WAITING_BYTES = 64_000_000

// For a key that another transaction is just taking. Whoever has to wait longer does so alone, and not all of the batch.
const PATIENCE_MS = 200

export function acceptor(db: Db, boss: PgBoss, { maxWaiting }: AcceptorOptions): Acceptor {
  return gather({
    serve: (batch) => db.transaction().execute((trx) => acceptAll(boss, trx, batch)),
    atOnce: AT_ONCE,
    maxItems: MAX_ITEMS,
    maxBytes: MAX_BYTES,
    bytesOf: ({ input }) => input.length,
    partyOf: ({ principal }) => principal,
    mayWait: { items: maxWaiting, bytes: MAX_WAITING_BYTES },
    isBlamed: isOnesFault,
  })
}

async function acceptAll(
  boss: PgBoss,
  trx: Trx,
  batch: readonly NewJob[],
): Promise<(Submitted | undefined)[]> {
  if (batch.length > 1 && batch.some(({ idempotencyKey }) => idempotencyKey !== undefined)) {
    await waitBriefly(trx, PATIENCE_MS)
  }
  // Everybody takes keys in the same order, so that no two transactions wait for each other's.
  const inOrder = batch.toSorted((a, b) => compare(nameOf(a), nameOf(b)))
  const accepted = await insert(trx, inOrder)
  const refused = inOrder.filter(({ id }) => !accepted.has(id))
  const earlier = await findEarlier(trx, refused)
  // A key without a job to show is that of one whose time is over and that is only not yet purged.
  const freed = refused.filter((job) => !earlier.has(nameOf(job)))
  if (freed.length > 0) {
    await purgeKeys(trx, freed)
    for (const [id, job] of await insert(trx, freed)) accepted.set(id, job)
    const late = freed.filter(({ id }) => !accepted.has(id))
    for (const [name, job] of await findEarlier(trx, late)) earlier.set(name, job)
  }
  await enqueue(boss, trx, [...accepted.values()])
  return batch.map((job) => {
    const mine = accepted.get(job.id)
    if (mine) return { job: mine, replayed: false }
    const theirs = earlier.get(nameOf(job))
    return theirs && { job: theirs, replayed: true }
  })
}

async function insert(trx: Trx, jobs: readonly NewJob[]): Promise<Map<string, Job>> {
  const stored = await insertJobs(trx, jobs)
  const pairs = jobs.flatMap((job) => {
    const times = stored.get(job.id)
    return times ? [[job.id, pendingJob(job, times)] as const] : []
  })
  return new Map(pairs)
}

async function findEarlier(trx: Trx, jobs: readonly NewJob[]): Promise<Map<string, Job>> {
  if (jobs.length === 0) return new Map()
  const found = await findJobsByKey(trx, jobs)
  return new Map(found.map(({ key, job }) => [`${job.principal} ${key}`, job]))
}

function nameOf({ principal, idempotencyKey }: NewJob): string {
  return `${principal} ${idempotencyKey ?? ''}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
