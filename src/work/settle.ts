/** Settling: what an attempt came to, written to our row and pg-boss's in one transaction, or to neither. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import { DEFAULT_RETRY, type RetryPolicy } from '../job/retry.ts'
import { settlementOf, type Outcome, type Settlement } from '../job/settlement.ts'
import { endDelivery, redeliver, type Delivery } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import { isLockTimeout, isOutage } from '../store/outage.ts'
import {
  cancelRunning,
  completeJob,
  failJob,
  lockRunning,
  releaseJob,
  retryJob,
  type RunningJob,
} from '../store/settling.ts'
import type { WorkDeps } from './deps.ts'

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
export async function settle(
  { db, boss, signals }: WorkDeps,
  { id, attempt }: Attempt,
  outcome: Outcome,
  { retry = DEFAULT_RETRY, delaySeconds = 0 }: SettleOptions = {},
): Promise<Settled> {
  const settled = await db.transaction().execute(async (trx) => {
    const held = await lockRunning(trx, id, attempt)
    if (!held) return undefined
    const settlement = settlementOf(held.job, outcome, retry)
    await apply(boss, trx, held, outcome, settlement, delaySeconds)
    return settlement
  })
  if (settled) signals.changed(id)
  return settled
}

/**
 * As settle, but again and again while the database is away or the row is held: the work is done, and losing its result
 * would mean doing it again.
 */
export async function settlePatiently(
  signal: AbortSignal,
  ...[deps, attempt, outcome, options]: Parameters<typeof settle>
): Promise<Settled> {
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 1000)) {
    try {
      return await settle(deps, attempt, outcome, options)
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
  held: RunningJob,
  outcome: Outcome,
  settlement: Settlement,
  delaySeconds: number,
) {
  const delivery: Delivery = { id: held.job.id, retryCount: held.delivery }
  const ending = { outcome, reason: settlement.reason }
  switch (settlement.move) {
    case 'complete':
      await completeJob(trx, held, ending, settlement)
      return endDelivery(boss, trx, delivery)
    case 'fail':
      await failJob(trx, held, ending, settlement.failure)
      return endDelivery(boss, trx, delivery)
    case 'cancel':
      await cancelRunning(trx, held, ending)
      return endDelivery(boss, trx, delivery)
    case 'retry':
      return redeliver(boss, trx, delivery, await retryJob(trx, held, ending, settlement.delaySeconds))
    case 'release': {
      const { crashed } = settlement
      return redeliver(boss, trx, delivery, await releaseJob(trx, held, ending, { crashed, delaySeconds }))
    }
  }
}
