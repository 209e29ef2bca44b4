/** Settling: what attempts came to, written to our rows and pg-boss's in one transaction, or to neither. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_RETRY, type RetryPolicy } from '../job/retry.ts'
import type { Outcome, Settlement } from '../job/settlement.ts'
import { isLockTimeout, isOutage } from '../store/outage.ts'
import type { AttemptName } from '../store/settling.ts'
import type { WorkDeps } from './deps.ts'

export interface SettleOptions {
  readonly retry?: RetryPolicy
  /** For an attempt handed back: how long until it may be delivered again. */
  readonly delaySeconds?: number
  /** JSON text: what the attempt shows of its calls. */
  readonly transcript?: string | undefined
}

/** What became of the job; undefined when the attempt no longer owned it and nothing was written. */
export type Settled = Settlement | undefined

/** The fence is the attempt: a worker that was taken for dead finds its attempt superseded and changes nothing. */
export async function settle(
  { settler, signals }: Pick<WorkDeps, 'settler' | 'signals'>,
  { id, attempt, delivery }: AttemptName,
  outcome: Outcome,
  { retry = DEFAULT_RETRY, delaySeconds = 0, transcript }: SettleOptions = {},
): Promise<Settled> {
  const settled = await settler.settle({ id, attempt, delivery, outcome, retry, delaySeconds, transcript })
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
