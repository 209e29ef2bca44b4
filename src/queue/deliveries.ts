/** Deliveries: pg-boss handing us a job id. Each function works inside the caller's transaction. */
import { fromKysely, type KyselyTransactionLike, type PgBoss } from 'pg-boss'
import type { Job } from '../job/job.ts'
import { LANE, QUEUE_SCHEMA } from './boss.ts'

export type Trx = KyselyTransactionLike

/** One delivery of one job. The count grows with each, so the pair is pg-boss's fence against stale workers. */
export interface Delivery {
  readonly id: string
  readonly retryCount: number
}

/** A job's id is its delivery's id, so enqueueing twice cannot happen. */
export async function enqueue(boss: PgBoss, trx: Trx, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return
  const deliveries = jobs.map(({ id, priority, runAt, createdAt }) => ({
    id,
    priority,
    ...(runAt > createdAt ? { startAfter: runAt.toISOString() } : {}),
  }))
  const taken = await boss.insert(LANE, deliveries, { db: fromKysely(trx), returnId: true })
  if (taken?.length !== jobs.length) {
    throw new Error(`pg-boss took ${taken?.length ?? 0} of ${jobs.length} jobs`)
  }
}

/** Up to `limit` due deliveries, best first, now ours. */
export async function takeDeliveries(boss: PgBoss, trx: Trx, limit: number): Promise<Delivery[]> {
  const jobs = await boss.fetch(LANE, { batchSize: limit, db: fromKysely(trx) })
  return jobs.map(({ id, retryCount }) => ({ id, retryCount }))
}

/** The jobs have ended; their deliveries go with them. */
export async function endDeliveries(boss: PgBoss, trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  must(await boss.deleteJob(LANE, [...deliveries], { db: fromKysely(trx) }), deliveries)
}

/** The jobs are to be delivered again, each not before its time. */
export async function redeliver(
  boss: PgBoss,
  trx: Trx,
  deliveries: readonly Delivery[],
  notBefore: ReadonlyMap<string, Date | null>,
): Promise<void> {
  const db = fromKysely(trx)
  must(await boss.fail(LANE, [...deliveries], null, { db }), deliveries)
  // pg-boss has this as update(), for one at a time.
  const delay = `update ${QUEUE_SCHEMA}.job set start_after = later.start_after
    from unnest($2::uuid[], $3::timestamptz[]) as later (id, start_after)
    where name = $1 and job.id = later.id and state = 'retry'`
  const ids = deliveries.map(({ id }) => id)
  await db.executeSql(delay, [LANE, ids, ids.map((id) => notBefore.get(id) ?? new Date())])
}

/** The job was canceled before a worker took it. */
export async function withdraw(boss: PgBoss, trx: Trx, id: string): Promise<void> {
  must(await boss.deleteJob(LANE, id, { db: fromKysely(trx) }), [{ id }])
}

/** Deliveries taken in this same transaction go back in place, to be taken by the next. */
export async function putBack(trx: Trx, ids: readonly string[]): Promise<void> {
  // pg-boss has this as restore(), for itself only.
  const restore = `update ${QUEUE_SCHEMA}.job set state = 'created', started_on = null, heartbeat_on = null
    where name = $1 and id = any($2::uuid[]) and state = 'active'`
  if (ids.length > 0) await fromKysely(trx).executeSql(restore, [LANE, [...ids]])
}

/** Drops deliveries of jobs that have ended: there is nothing left to do for them. */
export async function drop(boss: PgBoss, trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length > 0) await boss.deleteJob(LANE, [...deliveries], { db: fromKysely(trx) })
}

// Our rows said that these deliveries are ours. If pg-boss's say otherwise the two have come apart: better to roll back and
// be loud than to move one without the other. (`affected` is there but missing from the published types.)
function must(response: object, deliveries: readonly Pick<Delivery, 'id'>[]): void {
  if ('affected' in response && response.affected === deliveries.length) return
  const [first] = deliveries
  const which = deliveries.length === 1 ? `of job ${first?.id}` : `of one of ${deliveries.length} jobs`
  throw new Error(`The queue does not have the delivery ${which} that it should`)
}
