/** Claiming: a delivery and its job become this worker's in one transaction. */
import type { PgBoss } from 'pg-boss'
import { drop, putBack, takeDeliveries, type Delivery } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import { findPending, startJobs, type StartedJob } from '../store/starts.ts'
import type { WorkDeps } from './deps.ts'

/** Up to `limit` jobs of a queue, started. */
export function claim(
  { db, boss }: Pick<WorkDeps, 'db' | 'boss'>,
  workerId: string,
  queue: string,
  limit: number,
): Promise<StartedJob[]> {
  return db.transaction().execute(async (trx) => {
    const deliveries = await takeDeliveries(boss, trx, queue, limit)
    if (deliveries.length === 0) return []
    const starts = deliveries.map(({ id, retryCount }) => ({ id, delivery: retryCount }))
    const started = await startJobs(trx, workerId, starts)
    if (started.length < deliveries.length) {
      const mine = new Set(started.map(({ id }) => id))
      await leave(
        boss,
        trx,
        deliveries.filter((delivery) => !mine.has(delivery.id)),
      )
    }
    return started
  })
}

/**
 * A delivery that could not be started goes if its job has ended. Otherwise the row is held, by a cancel that waits for
 * our lock on the delivery, or this worker was taken for dead: it goes back in place, for the cancel or for another worker.
 */
async function leave(boss: PgBoss, trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  const ids = deliveries.map((delivery) => delivery.id)
  const held = new Set(await findPending(trx, ids))
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
