/** Repairing: our row remembers, pg-boss delivers; so the delivery is made what the row says. */
import { sql, type QueryExecutorProvider } from 'kysely'
import { QUEUE_SCHEMA } from './boss.ts'
import { enqueue, queuesThere } from './deliveries.ts'

/** What was done, as an operator is told it. */
export type Repair =
  | 'agrees by now'
  | 'let go'
  | 'delivered anew'
  | 'delivery restored'
  | 'delivery moved to where the job is'
  | 'delivery deleted'

interface Remembered {
  readonly status: string
  readonly queue: string
  readonly delivery: number | null
  /** No worker has it, though it is running. */
  readonly paused: boolean
}

interface Delivered {
  readonly name: string
  readonly state: string
  readonly retry_count: number
}

const DELIVERIES = sql.table(`${QUEUE_SCHEMA}.job`)

/**
 * Repairs one job inside the caller's transaction. Looks again under the locks, our row's first as everywhere: what looked
 * wrong may have been mended meanwhile.
 */
export async function repair(trx: QueryExecutorProvider, id: string): Promise<Repair> {
  const job = await lockJob(trx, id)
  const deliveries = await lockDeliveries(trx, id)
  const wrong = deliveries.filter((delivery) => !agrees(job, delivery))
  const right = deliveries.length > wrong.length
  const isLive = job?.status === 'pending' || job?.status === 'running'
  if (wrong.length === 0 && right === isLive)
    return job && (await letGoOf(trx, job.queue, id)) ? 'let go' : 'agrees by now'
  for (const { name } of wrong) {
    await sql`delete from ${DELIVERIES} where name = ${name} and id = ${id}`.execute(trx)
  }
  if (!isLive || right) return 'delivery deleted'
  await expectQueue(trx, job.queue)
  await enqueue(trx, id)
  if (!waits(job)) {
    // With our count: so the attempt that is under way, or the sweeper if its worker is dead, can settle it.
    await sql`
      update ${DELIVERIES} set state = 'active', retry_count = ${job.delivery}, started_on = now()
      where name = ${job.queue} and id = ${id}`.execute(trx)
    return 'delivery restored'
  }
  const elsewhere = wrong.some(({ name, state }) => name !== job.queue && isWaiting(state))
  return elsewhere ? 'delivery moved to where the job is' : 'delivered anew'
}

/** One that is held, though nobody knows that it is to be let go. A claim has it held again, if need be. */
async function letGoOf(trx: QueryExecutorProvider, queue: string, id: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update ${DELIVERIES} delivery set blocked = false
    from acceptd.jobs
    where delivery.name = ${queue} and delivery.id = ${id} and delivery.blocked and jobs.id = delivery.id
      and not exists (select from acceptd.endpoints where origin = jobs.target and held)`.execute(trx)
  return numAffectedRows > 0n
}

function agrees(job: Remembered | undefined, { name, state, retry_count }: Delivered): boolean {
  if (job?.queue !== name) return false
  if (waits(job)) return isWaiting(state)
  return job.status === 'running' && state === 'active' && retry_count === job.delivery
}

function waits({ status, paused }: Remembered): boolean {
  return status === 'pending' || paused
}

function isWaiting(state: string): boolean {
  return state === 'created' || state === 'retry'
}

async function lockJob(trx: QueryExecutorProvider, id: string): Promise<Remembered | undefined> {
  const { rows } = await sql<Remembered>`
    select status, queue, delivery, resume_at is not null as paused from acceptd.jobs where id = ${id} for update`.execute(
    trx,
  )
  return rows[0]
}

async function lockDeliveries(trx: QueryExecutorProvider, id: string): Promise<Delivered[]> {
  // Queue by queue: by the id alone each queue's table would be read as a whole.
  const { rows } = await sql<Delivered>`
    select delivery.name, delivery.state::text as state, delivery.retry_count
    from ${sql.table(`${QUEUE_SCHEMA}.queue`)} queue
    join ${DELIVERIES} delivery on delivery.name = queue.name and delivery.id = ${id}
    for update of delivery`.execute(trx)
  return rows
}

async function expectQueue(trx: QueryExecutorProvider, queue: string): Promise<void> {
  const there = await queuesThere(trx, [queue])
  if (!there.has(queue)) {
    throw new Error(
      `There is no queue ${queue}; it is made when a process starts that knows a task in that lane`,
    )
  }
}
