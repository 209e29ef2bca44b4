/** Settling: what an attempt came to, written to our row and pg-boss's in one transaction, or to neither. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import { DEFAULT_RETRY, type RetryPolicy } from '../job/retry.ts'
import { settlementOf, type Outcome, type Settlement } from '../job/settlement.ts'
import { endDelivery, redeliver, type Delivery } from '../queue/deliveries.ts'
import type { Db, Trx } from '../store/database.ts'
import { completeJob, failJob, lockRunning, moveToCanceled, releaseJob, retryJob } from '../store/moves.ts'
import { isLockTimeout, isOutage } from '../store/outage.ts'

export interface Attempt {
  readonly id: string
  readonly attempt: number
}

export interface SettleOptions {
  readonly retry?: RetryPolicy
  /** For an attempt handed back: how long until it may be delivered again. */
  readonly delaySeconds?: number
}

/** What became of the job; undefined when the attempt no longer owned it and nothing was written. */
export type Settled = Settlement | undefined

/** The fence is the attempt: a worker that was taken for dead finds its attempt superseded and changes nothing. */
export function settle(
  db: Db,
  boss: PgBoss,
  { id, attempt }: Attempt,
  outcome: Outcome,
  { retry = DEFAULT_RETRY, delaySeconds = 0 }: SettleOptions = {},
): Promise<Settled> {
  return db.transaction().execute(async (trx) => {
    const held = await lockRunning(trx, id, attempt)
    if (!held) return undefined
    const settlement = settlementOf(held.job, outcome, retry)
    await apply(boss, trx, { id, retryCount: held.delivery }, settlement, delaySeconds)
    return settlement
  })
}

/**
 * As settle, but again and again while the database is away or the row is held: the work is done, and losing its result
 * would mean doing it again.
 */
export async function settlePatiently(
  signal: AbortSignal,
  ...[db, boss, attempt, outcome, options]: Parameters<typeof settle>
): Promise<Settled> {
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 1000)) {
    try {
      return await settle(db, boss, attempt, outcome, options)
    } catch (error) {
      // Asking again is safe: if the lost COMMIT did happen, the attempt is over and the fence answers "not yours".
      if (!(isOutage(error) || isLockTimeout(error)) || signal.aborted) throw error
    }
    await sleep(delayMs)
  }
}

async function apply(
  boss: PgBoss,
  trx: Trx,
  delivery: Delivery,
  settlement: Settlement,
  delaySeconds: number,
) {
  const { id } = delivery
  switch (settlement.move) {
    case 'complete':
      await completeJob(trx, id, settlement.result)
      return endDelivery(boss, trx, delivery)
    case 'fail':
      await failJob(trx, id, settlement.failure)
      return endDelivery(boss, trx, delivery)
    case 'cancel':
      await moveToCanceled(trx, id, 'running')
      return endDelivery(boss, trx, delivery)
    case 'retry':
      return redeliver(boss, trx, delivery, await retryJob(trx, id, settlement.delaySeconds))
    case 'release':
      return redeliver(boss, trx, delivery, await releaseJob(trx, id, settlement.crashed, delaySeconds))
  }
}
