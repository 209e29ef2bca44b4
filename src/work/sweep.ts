/** Handing back the work of dead workers. Every process sweeps, so that no single one is needed. */
import type { Logger } from 'pino'
import { isOutage } from '../store/outage.ts'
import type { Pulse } from '../store/pulse.ts'
import { findOrphans, type Orphan } from '../store/running.ts'
import { LEASE_SECONDS, removeDeadWorker } from '../store/workers.ts'
import type { WorkDeps } from './deps.ts'
import { settle } from './settle.ts'

// What a pass can take back within about its second; the rest is for the next.
const BATCH = 100
// This query takes a millisecond or two. One that takes as long as a renewal is apart means that the database stood still.
const STALL_MS = 1000

export interface Sweeper {
  /** Deals with what a look around has found. @param tookMs how long the database took to answer it */
  sweep(found: Pick<Pulse, 'late' | 'orphans'>, tookMs: number): Promise<void>
  /** The database was away: nobody could renew a lease. Give the living the time to, before judging the dead. */
  distrust(): void
}

export function sweeper(deps: WorkDeps, log: Logger): Sweeper {
  const { db } = deps
  let trustedFrom = 0
  let lateBefore: ReadonlyMap<string, string> = new Map()
  // Jobs that could not be taken back. The others, more than a batch maybe, must not wait behind them.
  const troubled = new Set<string>()
  return { sweep, distrust }

  async function sweep({ late, orphans }: Pick<Pulse, 'late' | 'orphans'>, tookMs: number): Promise<void> {
    if (performance.now() < trustedFrom) return
    // It stood still, and with it every renewal: nobody is to blame.
    if (tookMs > STALL_MS) return distrust()
    const buried = await buryTheDead(late)
    if (!orphans && !buried) return
    const found = await findOrphans(db, BATCH, [...troubled])
    // All others have had their turn.
    if (found.length === 0) troubled.clear()
    // All at once, as they are settled together.
    await Promise.all(found.map(takeBack))
  }

  function distrust(): void {
    trustedFrom = performance.now() + LEASE_SECONDS * 1000
    lateBefore = new Map()
  }

  /** Dead is who was late a pass ago and has not been heard of since, in a second in which the database did answer. */
  async function buryTheDead(late: Pulse['late']): Promise<boolean> {
    const dead = late.filter((worker) => lateBefore.get(worker.id) === worker.seenAt)
    for (const worker of dead) await removeDeadWorker(db, worker)
    lateBefore = new Map(late.map(({ id, seenAt }) => [id, seenAt]))
    return dead.length > 0
  }

  async function takeBack({ id, attempt, delivery, task, bystander }: Orphan): Promise<void> {
    try {
      const settled = await settle(deps, { id, attempt, delivery }, { kind: 'crashed', bystander })
      if (settled) {
        const { move, reason } = settled
        log.warn({ job: id, task, attempt, move, reason }, 'worker died; job taken back')
      }
    } catch (error) {
      if (isOutage(error)) throw error
      troubled.add(id)
      log.error({ err: error, job: id, task }, 'could not take the job back; see acceptd audit')
    }
  }
}
