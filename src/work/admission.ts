/** Admitting: of what a queue gives, the jobs whose origin has room for them are started and the others held. */
import { sql } from 'kysely'
import type { PgBoss } from 'pg-boss'
import { room } from '../job/circuit.ts'
import { putBack, taking, type Delivery } from '../queue/deliveries.ts'
import { hold, holdAhead } from '../queue/holds.ts'
import type { Trx } from '../store/database.ts'
import { lockEndpoints, markHeld } from '../store/endpoints.ts'
import { findTargets, startJobs, type StartedJob } from '../store/starts.ts'
import { leave } from './claim.ts'

export interface AdmissionWish {
  readonly workerId: string
  readonly queue: string
  /** How many jobs are wanted. */
  readonly limit: number
  /** How many may call one origin at once. */
  readonly perOrigin: number
}

export interface Admission {
  readonly started: readonly StartedJob[]
  /** Ids of those that were started to be given up: they have waited too long for a host that is not well. */
  readonly lost: ReadonlySet<string>
  /** Origins that others wait for now. */
  readonly full: readonly string[]
  /** Whether the queue may have more to give. */
  readonly more: boolean
}

type Taken = Omit<Delivery, 'queue'>

/**
 * Inside the transaction that takes the deliveries. The order of locks is deliveries, endpoints, and then only what nobody
 * else holds: whoever comes with an endpoint locked (gate.ts) passes over deliveries that are.
 */
export async function admitting(trx: Trx, boss: PgBoss, wish: AdmissionWish): Promise<Admission> {
  const { workerId, queue, limit, perOrigin } = wish
  let full: readonly string[] = []
  let more = false
  let lost: ReadonlySet<string> = new Set()
  const started = await taking(boss, queue, limit, async (statement) => {
    const { rows } = await sql<Taken>`with taken as (${statement})
      select id, "retryCount" from taken`.execute(trx)
    if (rows.length === 0) return []
    const judged = await judge(trx, rows, perOrigin)
    const { admitted, refused } = judged
    full = judged.full
    lost = judged.lost
    more = rows.length === limit
    if (refused.length > 0) {
      const deliveries = refused.map((delivery) => ({ ...delivery, queue }))
      await putBack(trx, deliveries)
      await hold(
        trx,
        queue,
        refused.map(({ id }) => id),
      )
      // There may be thousands more of them, and jobs that could run behind these.
      if (more) await holdAhead(trx, queue, full)
      await markHeld(trx, full, true)
    }
    const ids = admitted.map(({ id }) => id)
    const counts = admitted.map(({ retryCount }) => retryCount)
    const chosen = sql`select * from unnest(${ids}::uuid[], ${counts}::int[]) as mine (id, "retryCount")`
    const starts = await startJobs(trx, workerId, chosen, { whole: false })
    await leave(boss, trx, queue, starts.left)
    return starts.started
  })
  return { started, lost, full, more }
}

interface Judgement {
  readonly admitted: readonly Taken[]
  readonly refused: readonly Taken[]
  readonly lost: ReadonlySet<string>
  readonly full: readonly string[]
}

async function judge(trx: Trx, taken: readonly Taken[], perOrigin: number): Promise<Judgement> {
  const ids = taken.map(({ id }) => id)
  const targets = await findTargets(trx, ids)
  const endpoints = await lockEndpoints(trx, [...new Set([...targets.values()].map(({ origin }) => origin))])
  const lostOrigins = new Set(endpoints.filter(({ isLost }) => isLost).map(({ origin }) => origin))
  const rooms = new Map(
    endpoints.map(({ origin, state, calling }) => [origin, room(state, calling, perOrigin)]),
  )
  const admitted: Taken[] = []
  const refused: Taken[] = []
  const lost = new Set<string>()
  const full = new Set<string>()
  // pg-boss returns what it takes in no order.
  const order = new Map([...targets.keys()].map((id, at) => [id, at]))
  const inOrder = taken.toSorted((a, b) => (order.get(a.id) ?? -1) - (order.get(b.id) ?? -1))
  for (const delivery of inOrder) {
    const { origin, isOverdue = false, isCanceled = false } = targets.get(delivery.id) ?? {}
    const left = origin === undefined ? Infinity : (rooms.get(origin) ?? 0)
    if (isCanceled) admitted.push(delivery)
    else if (left > 0) {
      admitted.push(delivery)
      if (origin !== undefined) rooms.set(origin, left - 1)
    } else if (origin !== undefined && isOverdue && lostOrigins.has(origin)) {
      admitted.push(delivery)
      lost.add(delivery.id)
    } else {
      refused.push(delivery)
      if (origin !== undefined) full.add(origin)
    }
  }
  return { admitted, refused, lost, full: [...full] }
}
