/** Claiming: a delivery and its job become this worker's in one transaction. */
import type { PgBoss } from 'pg-boss'
import { drop, putBack, taking, type Delivery } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import { isRefusal } from '../store/outage.ts'
import { findWaiting, startJobs, type StartedJob } from '../store/starts.ts'
import type { WorkDeps } from './deps.ts'

type ClaimDeps = Pick<WorkDeps, 'db' | 'boss'>

/** Up to `limit` jobs of a queue, started. */
export async function claim(
  deps: ClaimDeps,
  workerId: string,
  queue: string,
  limit: number,
): Promise<StartedJob[]> {
  try {
    // In one round trip: what is taken can nearly always be started.
    return await taking(deps.boss, queue, limit, async (deliveries) => {
      const { started } = await startJobs(deps.db, workerId, deliveries, { whole: true })
      return started
    })
  } catch (error) {
    if (!isRefusal(error)) throw error
    return claimWithCare(deps, workerId, queue, limit)
  }
}

function claimWithCare(
  { db, boss }: ClaimDeps,
  workerId: string,
  queue: string,
  limit: number,
): Promise<StartedJob[]> {
  return db.transaction().execute((trx) =>
    taking(boss, queue, limit, async (deliveries) => {
      const { started, left } = await startJobs(trx, workerId, deliveries, { whole: false })
      await leave(boss, trx, queue, left)
      return started
    }),
  )
}

/**
 * A delivery that could not be started goes if its job has ended. Otherwise the row is held, by a cancel that waits for
 * our lock on the delivery, or this worker was taken for dead: it goes back in place, for the cancel or for another worker.
 */
export async function leave(
  boss: PgBoss,
  trx: Trx,
  queue: string,
  left: readonly Omit<Delivery, 'queue'>[],
): Promise<void> {
  if (left.length === 0) return
  const deliveries = left.map((delivery) => ({ ...delivery, queue }))
  const ids = deliveries.map((delivery) => delivery.id)
  const held = new Set(await findWaiting(trx, ids))
  await putBack(
    trx,
    deliveries.filter((delivery) => held.has(delivery.id)),
  )
  await drop(
    boss,
    trx,
    deliveries.filter((delivery) => !held.has(delivery.id)),
  )
}
