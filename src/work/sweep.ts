/** Handing back the work of dead workers. Every process sweeps, so that no single one is needed. */
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Db } from '../store/database.ts'
import { isOutage } from '../store/outage.ts'
import { findOrphans, type Orphan } from '../store/running.ts'
import { findLateWorkers, LEASE_SECONDS, removeDeadWorker } from '../store/workers.ts'
import { settle } from './settle.ts'

// What a pass can take back within about its second; the rest is for the next.
const BATCH = 100
// This query takes a millisecond or two. One that takes as long as a renewal is apart means that the database stood still.
const STALL_MS = 1000

/** The sweep: once around, to be called every second. */
export function sweeper(db: Db, boss: PgBoss, log: Logger): () => Promise<void> {
  let trustedFrom = 0
  let suspects: ReadonlyMap<string, string> = new Map()
  return async () => {
    try {
      if (performance.now() < trustedFrom) return
      await buryTheDead()
      for (const orphan of await findOrphans(db, BATCH)) await takeBack(orphan)
    } catch (error) {
      // While the database was away nobody could renew a lease. Give the living the time to, before judging the dead.
      trustedFrom = performance.now() + LEASE_SECONDS * 1000
      suspects = new Map()
      throw error
    }
  }

  /** Dead is who was late a pass ago and has not been heard of since, in a second in which the database did answer. */
  async function buryTheDead(): Promise<void> {
    const asked = performance.now()
    const late = await findLateWorkers(db)
    // It stood still, and with it every renewal: nobody is to blame.
    if (performance.now() - asked > STALL_MS) {
      suspects = new Map()
      trustedFrom = performance.now() + LEASE_SECONDS * 1000
      return
    }
    for (const worker of late)
      if (suspects.get(worker.id) === worker.seenAt) await removeDeadWorker(db, worker)
    suspects = new Map(late.map(({ id, seenAt }) => [id, seenAt]))
  }

  async function takeBack({ id, attempt, task }: Orphan): Promise<void> {
    try {
      const settled = await settle(db, boss, { id, attempt }, { kind: 'crashed' })
      if (settled) log.warn({ job: id, task, attempt, move: settled.move }, 'worker died; job taken back')
    } catch (error) {
      if (isOutage(error)) throw error
      // Something is wrong with this one; the others must not wait for it.
      log.error({ err: error, job: id, task }, 'could not take the job back; see acceptd audit')
    }
  }
}
