/** What is done to many jobs, a batch at a time: each is a transaction by itself, so that nobody waits for all of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Trx } from '../store/database.ts'
import { holdJobs, readClock, type HeldJob } from '../store/holding.ts'
import { countJobs, type JobFilter, type Place } from '../store/job-filter.ts'
import { Silence } from '../store/outage.ts'
import { inTransaction } from './try-again.ts'

/** Which jobs, and how long there is for them. */
export interface ManyWanted {
  readonly principal: string
  readonly filter: JobFilter
  /** How many at most. */
  readonly limit: number
  /** No batch is begun that would not be done within so many milliseconds. */
  readonly workMs: number
  /** One that is not done by then is waited for no longer, if others were. */
  readonly waitMs: number
}

export interface ManyDone {
  /** Jobs that were held, and of these those to which it was done. */
  readonly matched: number
  readonly done: number
  /** There may be more of them. */
  readonly more: boolean
  /** To go on with: what ended later has been here already, or is none of this. */
  readonly endedBefore: Date
}

// A statement's worth, as of the purge: jobs are held for some milliseconds.
const BATCH = 200

/**
 * Oldest first; each job once, whatever becomes of it meanwhile. Where a batch fails after others have succeeded, that is the
 * end of it, and these are answered.
 * @param act in the transaction that holds the jobs; what it returns is called after the commit
 */
export async function inBatches(
  db: Db,
  { principal, filter, limit, workMs, waitMs }: ManyWanted,
  act: (trx: Trx, held: readonly HeldJob[]) => Promise<BatchDone>,
): Promise<ManyDone> {
  const began = performance.now()
  const endedBefore = filter.endedBefore ?? (await readClock(db))
  const meant = { ...filter, endedBefore }
  let [matched, done, slowestMs] = [0, 0, 0]
  let after: Place | undefined
  const doneSo = (more: boolean): ManyDone => ({ matched, done, more, endedBefore })

  while (matched < limit) {
    const batchBegan = performance.now()
    const size = Math.min(BATCH, limit - matched)
    let batch: Awaited<ReturnType<typeof oneBatch>>
    try {
      const work = oneBatch(size)
      batch = await (matched === 0 ? work : within(work, waitMs - (batchBegan - began)))
    } catch (error) {
      if (matched === 0) throw error
      return doneSo(true)
    }
    matched += batch.held
    done += batch.done
    after = batch.last
    if (batch.held < size) return doneSo(false)
    const now = performance.now()
    slowestMs = Math.max(slowestMs, now - batchBegan)
    if (now - began + slowestMs > workMs) return doneSo(true)
  }
  return doneSo(await isThereMore())

  async function oneBatch(size: number) {
    const { jobs, last, acted } = await inTransaction(db, async (trx) => {
      const held = await holdJobs(trx, principal, meant, { limit: size, ...(after ? { after } : {}) })
      return { ...held, acted: held.jobs.length > 0 ? await act(trx, held.jobs) : NOTHING }
    })
    acted.tell()
    return { held: jobs.length, done: acted.done, last }
  }

  async function isThereMore(): Promise<boolean> {
    const place = after ? { after } : {}
    // Where that cannot be told, what was done is to be told all the same.
    return countJobs(db, principal, meant, { most: 1, ...place }).then(
      (n) => n > 0,
      () => true,
    )
  }
}

export interface BatchDone {
  readonly done: number
  /** Tells whoever waits for it. */
  readonly tell: () => void
}

const NOTHING: BatchDone = { done: 0, tell: () => undefined }

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new AbortController()
  const silence = sleep(Math.max(0, ms), undefined, { signal: late.signal }).then(() => {
    throw new Silence(`A batch took longer than ${Math.round(ms)} ms`)
  })
  try {
    return await Promise.race([work, silence])
  } finally {
    late.abort()
  }
}
