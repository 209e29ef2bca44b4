/** Claiming: a delivery and its job become this worker's in one transaction. */
import type { PgBoss } from 'pg-boss'
import { drop, putBack, takeDeliveries } from '../queue/deliveries.ts'
import type { Db, Trx } from '../store/database.ts'
import { findPending, startJobs, type StartedJob } from '../store/starts.ts'

/** Up to `limit` jobs, started. */
export function claim(db: Db, boss: PgBoss, workerId: string, limit: number): Promise<StartedJob[]> {
  return db.transaction().execute(async (trx) => {
    const deliveries = await takeDeliveries(boss, trx, limit)
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

type Deliveries = Awaited<ReturnType<typeof takeDeliveries>>

/**
 * A delivery that could not be started goes if its job has ended. Otherwise the row is held, by a cancel that waits for
 * our lock on the delivery, or this worker was taken for dead: it goes back in place, for the cancel or for another worker.
 */
async function leave(boss: PgBoss, trx: Trx, deliveries: Deliveries): Promise<void> {
  const ids = deliveries.map((delivery) => delivery.id)
  const held = new Set(await findPending(trx, ids))
  await putBack(trx, [...held])
  await drop(
    boss,
    trx,
    deliveries.filter((delivery) => !held.has(delivery.id)),
  )
}
