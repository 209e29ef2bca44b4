/** Settles attempts that end together in one transaction. What is wrong with one of them fails that one alone. */
import type { PgBoss } from 'pg-boss'
import type { RetryPolicy } from '../job/retry.ts'
import { suspectsOf } from '../job/lane.ts'
import { settlementOf, SUSPECT_CRASHES, type Outcome, type Settlement } from '../job/settlement.ts'
import {
  END_HELD,
  endDeliveries,
  ENQUEUE_STORED,
  moveDeliveries,
  queuesThere,
  redeliver,
  type Delivery,
} from '../queue/deliveries.ts'
import type { Db, Trx } from '../store/database.ts'
import { gather } from '../store/gather.ts'
import { tellOf } from '../store/telling.ts'
import { isOnesFault } from '../store/outage.ts'
import { completeAttempts, type Completed } from '../store/completing.ts'
import { endAttempts, lockRunning, type AttemptName, type Ending } from '../store/settling.ts'

export interface EndedAttempt extends AttemptName {
  readonly outcome: Outcome
  readonly retry: RetryPolicy
  /** For an attempt handed back: how long until it may be delivered again. */
  readonly delaySeconds: number
  /** JSON text: what the attempt shows of its calls. */
  readonly transcript?: string | undefined
}

export interface Settler {
  /** Answers nothing where the attempt no longer owned the job and nothing was written. */
  settle(ended: EndedAttempt): Promise<Settlement | undefined>
}

// As for accepting: one transaction prepares while another waits for the disk. A batch of 500 costs two thirds, for each, of
// what one of 200 does.
const SIZE = { atOnce: 2, maxItems: 500, maxBytes: 4_000_000 }

/** @param onTold deliveries of callbacks were written, and are due */
export function settler(db: Db, boss: PgBoss, onTold: () => void = () => undefined): Settler {
  const completing = gather({
    async serve(batch: readonly Completion[]) {
      const completed = await completeAttempts(db, batch, { alongside: END_HELD, enqueuing: ENQUEUE_STORED })
      if (completed.some(({ told }) => told)) onTold()
      const done = new Set(completed.map(nameOf))
      return batch.map((completion) => (done.has(nameOf(completion)) ? completion.settlement : undefined))
    },
    ...SIZE,
    bytesOf: ({ result }) => result.length,
    isBlamed: isOnesFault,
  })
  // All but completions: what becomes of the job depends on what is in its row.
  const deciding = gather({
    serve: (batch: readonly EndedAttempt[]) => settled(batch, true),
    ...SIZE,
    isBlamed: isOnesFault,
  })
  return {
    async settle(ended) {
      const completion = completionOf(ended)
      const done = await (completion ? completing.ask(completion) : deciding.ask(ended))
      if (done) return done
      // Superseded, or its row is held: by a cancel, by a sweep. Who has to wait to know does so alone.
      const [alone] = await settled([ended], false)
      return alone
    },
  }

  async function settled(
    batch: readonly EndedAttempt[],
    passOverHeld: boolean,
  ): Promise<(Settlement | undefined)[]> {
    const { settlements, told } = await db
      .transaction()
      .execute((trx) => settleIn(trx, boss, batch, passOverHeld))
    if (told) onTold()
    return settlements
  }
}

interface Completion extends Completed {
  readonly settlement: Settlement
}

/** Whatever stands in its row, a job that has completed has completed. */
function completionOf(ended: EndedAttempt): Completion | undefined {
  const { id, attempt, delivery, outcome, transcript } = ended
  if (outcome.kind !== 'completed') return undefined
  const { kind: _, ...output } = outcome
  const settlement = { move: 'complete', reason: 'completed', ...output } as const
  return { id, attempt, delivery, transcript, ...output, settlement }
}

async function settleIn(
  trx: Trx,
  boss: PgBoss,
  batch: readonly EndedAttempt[],
  passOverHeld: boolean,
): Promise<{ readonly settlements: (Settlement | undefined)[]; readonly told: boolean }> {
  const held = new Map((await lockRunning(trx, batch, passOverHeld)).map((job) => [nameOf(job), job]))
  const settlements = batch.map((ended) => {
    const job = held.get(nameOf(ended))
    // The same attempt may be settled from two sides: by itself and by a sweep. The first counts.
    held.delete(nameOf(ended))
    return job && { ...ended, held: job, settlement: settlementOf(job, ended.outcome, ended.retry) }
  })
  const endings = await withQueues(trx, settlements)
  const byMove = Map.groupBy(
    endings.filter((ending) => ending !== undefined),
    ({ settlement }) => settlement.move,
  )
  let told = false
  for (const [move, some] of byMove) {
    const nextAt = await endAttempts(trx, move, some)
    if (move === 'retry' || move === 'release' || move === 'pause') {
      const [stay, go] = [some.filter((ending) => !isMoved(ending)), some.filter(isMoved)]
      await redeliver(boss, trx, stay.map(deliveryOf), nextAt)
      await moveDeliveries(boss, trx, go.map(deliveryOf))
    } else {
      await endDeliveries(boss, trx, some.map(deliveryOf))
      const ids = some.filter(({ held: { hasCallback } }) => hasCallback).map(({ held: { id } }) => id)
      if (ids.length > 0) told = (await tellOf(trx, ids, ENQUEUE_STORED)) || told
    }
  }
  return { settlements: endings.map((ending) => ending?.settlement), told }
}

/** A job that has become a suspect goes to the others; where a database has no queue for them yet, it stays where it was. */
async function withQueues(
  trx: Trx,
  settlements: readonly (Omit<Ending, 'queue'> | undefined)[],
): Promise<(Ending | undefined)[]> {
  const crashed = settlements.filter((ending) => ending && isSuspected(ending))
  const suspects = crashed.flatMap((ending) => (ending ? [suspectsOf(ending.held.queue)] : []))
  const there = suspects.length > 0 ? await queuesThere(trx, suspects) : new Set<string>()
  return settlements.map((ending) => {
    if (!ending) return undefined
    const { queue } = ending.held
    const goes = isSuspected(ending) && there.has(suspectsOf(queue))
    return { ...ending, queue: goes ? suspectsOf(queue) : queue }
  })
}

function isSuspected({ held, settlement }: Omit<Ending, 'queue'>): boolean {
  return settlement.move === 'release' && settlement.crashed && held.crashes + 1 >= SUSPECT_CRASHES
}

function isMoved({ held, queue }: Ending): boolean {
  return queue !== held.queue
}

function deliveryOf({ held }: Ending): Delivery {
  return { id: held.id, queue: held.queue, retryCount: held.delivery }
}

function nameOf({ id, attempt, delivery }: AttemptName): string {
  return `${id} ${attempt} ${delivery}`
}
