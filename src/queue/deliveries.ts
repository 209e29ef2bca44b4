/** Deliveries: pg-boss handing us a job id. Each function works inside the caller's transaction. */
import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely'
import { fromKysely, type KyselyTransactionLike, type PgBoss } from 'pg-boss'
import type { Job } from '../job/job.ts'
import { QUEUE, QUEUE_SCHEMA } from './boss.ts'

export type Trx = KyselyTransactionLike

/** One delivery of one job. The count grows with each, so the pair is pg-boss's fence against stale workers. */
export interface Delivery {
  readonly id: string
  /** pg-boss's name of the queue it is in. */
  readonly queue: string
  readonly retryCount: number
}

/**
 * Enqueues the jobs in `stored (id, queue, priority, run_at)`, as part of the statement that stores them. pg-boss has this
 * as insert(), which costs a round trip and as much work again; a test compares what the two write. A job's id is its
 * delivery's id, so enqueueing twice cannot happen.
 */
export const ENQUEUE_STORED = sql`
  insert into ${sql.table(`${QUEUE_SCHEMA}.job`)}
    (id, name, priority, start_after, keep_until, retry_limit, retry_delay, expire_seconds, policy)
  select
    id, queue, priority, run_at, run_at + make_interval(secs => ${sql.lit(QUEUE.retentionSeconds)}),
    ${sql.lit(QUEUE.retryLimit)}, ${sql.lit(QUEUE.retryDelay)}, ${sql.lit(QUEUE.expireInSeconds)}, 'standard'
  from stored`

/** Enqueues jobs that were stored before. */
export async function enqueue(trx: QueryExecutorProvider, ...ids: readonly string[]): Promise<void> {
  const again = sql`
    with stored as (
      select id, queue, priority, coalesce(resume_at, run_at) as run_at from acceptd.jobs where id = any(${ids}::uuid[])
    )
    ${ENQUEUE_STORED}`
  await again.execute(trx)
}

/**
 * Lends pg-boss's own statement that takes up to `limit` due deliveries of a queue, best first, to be made part of another.
 * It returns `(id, "retryCount", …)`.
 */
export async function taking<T>(
  boss: PgBoss,
  queue: string,
  limit: number,
  use: (statement: RawBuilder<unknown>) => Promise<T[]>,
): Promise<T[]> {
  let taken: T[] = []
  const executeSql = async (text: string, values: readonly unknown[] = []) => {
    if (values.length > 0)
      throw new Error('pg-boss fetches with parameters now, which would be taken for ours')
    taken = await use(sql.raw(text))
    return { rows: [] }
  }
  await boss.fetch(queue, { batchSize: limit, db: { executeSql } })
  return taken
}

/**
 * As endDeliveries, for those in `held (id, queue, delivery, …)` and as part of the statement that ends their jobs. Returns
 * those of them whose delivery it was. The state is compared as text, so that a delivery is found by its id: pg-boss's index
 * of states looks better to a planner that has not yet heard of a burst, and holds every active one.
 */
export const END_HELD = sql`
  delete from ${sql.table(`${QUEUE_SCHEMA}.job`)} as delivery using held
  where delivery.name = held.queue and delivery.id = held.id
    and delivery.state::text = 'active' and delivery.retry_count = held.delivery
  returning held.*`

/** The jobs have ended; their deliveries go with them. */
export async function endDeliveries(boss: PgBoss, trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  for (const [queue, some] of byQueue(deliveries)) {
    must(await boss.deleteJob(queue, some, { db: fromKysely(trx) }), some)
  }
}

/** The jobs are to be delivered again, each not before its time. */
export async function redeliver(
  boss: PgBoss,
  trx: Trx,
  deliveries: readonly Delivery[],
  notBefore: ReadonlyMap<string, Date | null>,
): Promise<void> {
  const db = fromKysely(trx)
  // pg-boss has this as update(), for one at a time.
  const delay = `update ${QUEUE_SCHEMA}.job set start_after = later.start_after
    from unnest($2::uuid[], $3::timestamptz[]) as later (id, start_after)
    where name = $1 and job.id = later.id and state = 'retry'`
  for (const [queue, some] of byQueue(deliveries)) {
    must(await boss.fail(queue, some, null, { db }), some)
    const ids = some.map(({ id }) => id)
    await db.executeSql(delay, [queue, ids, ids.map((id) => notBefore.get(id) ?? new Date())])
  }
}

/** The jobs are to be delivered from another queue, which stands in their rows already. */
export async function moveDeliveries(
  boss: PgBoss,
  trx: Trx & QueryExecutorProvider,
  deliveries: readonly Delivery[],
): Promise<void> {
  if (deliveries.length === 0) return
  await endDeliveries(boss, trx, deliveries)
  await enqueue(trx, ...deliveries.map(({ id }) => id))
}

/** Those of the queues that there are. */
export async function queuesThere(
  db: QueryExecutorProvider,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(`${QUEUE_SCHEMA}.queue`)} where name = any(${names}::text[])`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

/** The job is to be delivered at once, whenever it was to be, and whatever it is held for. */
export async function hurry(
  trx: QueryExecutorProvider,
  { id, queue }: Pick<Job, 'id' | 'queue'>,
): Promise<void> {
  await sql`
    update ${sql.table(`${QUEUE_SCHEMA}.job`)} set start_after = now(), blocked = false where name = ${queue} and id = ${id}`.execute(
    trx,
  )
}

/** The job was canceled before a worker took it. */
export async function withdraw(boss: PgBoss, trx: Trx, job: Pick<Job, 'id' | 'queue'>): Promise<void> {
  must(await boss.deleteJob(job.queue, job.id, { db: fromKysely(trx) }), [job])
}

/** Deliveries taken in this same transaction go back in place, to be taken by the next. */
export async function putBack(trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  // pg-boss has this as restore(), for itself only.
  const restore = `update ${QUEUE_SCHEMA}.job set state = 'created', started_on = null, heartbeat_on = null
    where name = $1 and id = any($2::uuid[]) and state = 'active'`
  for (const [queue, some] of byQueue(deliveries)) {
    await fromKysely(trx).executeSql(restore, [queue, some.map(({ id }) => id)])
  }
}

/** Drops deliveries of jobs that have ended: there is nothing left to do for them. */
export async function drop(boss: PgBoss, trx: Trx, deliveries: readonly Delivery[]): Promise<void> {
  for (const [queue, some] of byQueue(deliveries)) {
    await boss.deleteJob(queue, some, { db: fromKysely(trx) })
  }
}

function byQueue(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  return Map.groupBy(deliveries, ({ queue }) => queue)
}

// Our rows said that these deliveries are ours. If pg-boss's say otherwise the two have come apart: better to roll back and
// be loud than to move one without the other. (`affected` is there but missing from the published types.)
function must(response: object, deliveries: readonly Pick<Delivery, 'id'>[]): void {
  if ('affected' in response && response.affected === deliveries.length) return
  const [first] = deliveries
  const which = deliveries.length === 1 ? `of job ${first?.id}` : `of one of ${deliveries.length} jobs`
  throw new Error(`The queue does not have the delivery ${which} that it should`)
}
