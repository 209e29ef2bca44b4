/** What is told, to whom and with what result. */
import { sql } from 'kysely'
import { CALLBACK_LANE, CALLBACK_TASK, CALLBACK_WAITS } from '../job/callback.ts'
import type { Failure } from '../job/failure.ts'
import type { Json } from '../job/json.ts'
import type { Status } from '../job/status.ts'
import type { Db, Trx } from './database.ts'

/** What a delivery tells. */
export interface Message {
  readonly messageId: string
  readonly event: string
  readonly occurredAt: Date
  readonly told: Told
}

/** The job as it was when it ended. */
export interface Told {
  readonly id: string
  readonly task: string
  readonly status: Status
  readonly attempt: number
  readonly failure: Failure | null
  readonly full: boolean
}

/** Undefined of a job that is no delivery: a test. */
export async function findMessage(db: Db, id: string): Promise<Message | undefined> {
  const row = await db
    .selectFrom('callback_deliveries as deliveries')
    .select(['message_id', 'event', 'occurred_at', 'told'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    messageId: row.message_id,
    event: row.event,
    occurredAt: row.occurred_at,
    told: row.told as Told,
  }
}

/** The result of a job, unless it was run again since that attempt, or the result is larger than that or a file. */
export async function findToldResult(
  db: Db,
  { id, attempt }: Pick<Told, 'id' | 'attempt'>,
  maxBytes: number,
): Promise<{ readonly result: Json } | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select(sql<readonly [Json]>`json_build_array(result)`.as('held'))
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('status', '=', 'completed')
    .where('result_type', 'is', null)
    .where('result_bytes', '<=', maxBytes)
    .executeTakeFirst()
  return row && { result: row.held[0] }
}

export interface Delivery {
  /** That of the job that delivers. */
  readonly id: string
  readonly messageId: string
  readonly event: string
  readonly url: string
  readonly occurredAt: Date
  readonly status: Status
  readonly attempt: number
  readonly maxAttempts: number
  readonly runAt: Date
  readonly finishedAt?: Date
  readonly failure?: Failure
}

/** The latest that tell of the job, newest first. */
export async function findDeliveries(db: Db, jobId: string, limit: number): Promise<Delivery[]> {
  const rows = await db
    .selectFrom('callback_deliveries as deliveries')
    .innerJoin('jobs', 'jobs.id', 'deliveries.id')
    .select(['deliveries.id', 'message_id', 'event', 'occurred_at', sql<string>`input ->> 'url'`.as('url')])
    .select(['status', 'attempt', 'max_attempts', 'run_at', 'finished_at', 'failure'])
    .where('deliveries.job_id', '=', jobId)
    .orderBy('occurred_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    messageId: row.message_id,
    event: row.event,
    url: row.url,
    occurredAt: row.occurred_at,
    status: row.status,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    runAt: row.run_at,
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    ...(row.failure === null ? {} : { failure: row.failure }),
  }))
}

/** Whether that job tells of the end of this one. */
export async function isDeliveryOf(
  db: Db,
  { id, jobId }: { readonly id: string; readonly jobId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('callback_deliveries')
    .select('id')
    .where('id', '=', id)
    .where('job_id', '=', jobId)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * A new job that tells the same once more, under the same name; with all its attempts, whatever it took the other. Answers its id; undefined where there is
 * no such delivery.
 */
export async function copyDelivery(
  trx: Trx,
  { id, jobId }: { readonly id: string; readonly jobId: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    with original as (
      select told.*, jobs.principal, jobs.input, jobs.retention_seconds, jobs.target, gen_random_uuid() as copy_id
      from acceptd.callback_deliveries told join acceptd.jobs on jobs.id = told.id
      where told.id = ${id} and told.job_id = ${jobId}
    ),
    noted as (
      insert into acceptd.callback_deliveries (id, job_id, event, message_id, occurred_at, told)
      select copy_id, job_id, event, message_id, occurred_at, told from original
    )
    insert into acceptd.jobs (id, principal, task, queue, input, tags, priority, max_attempts, retention_seconds, target)
    select copy_id, principal, ${sql.lit(CALLBACK_TASK)}, ${sql.lit(CALLBACK_LANE)}, input, '{}', 0,
      ${sql.lit(CALLBACK_WAITS.length + 1)}, retention_seconds, target
    from original
    returning id`.execute(trx)
  return rows[0]?.id
}

/** Whether the receiver has answered 410 before. */
export async function isCallbackOff(db: Db, principal: string, url: string): Promise<boolean> {
  const row = await db
    .selectFrom('callbacks_off')
    .select('since')
    .where('principal', '=', principal)
    .where(isUrl(url))
    .executeTakeFirst()
  return row !== undefined
}

export async function turnCallbackOff(db: Db, principal: string, url: string): Promise<void> {
  await db
    .insertInto('callbacks_off')
    .values({ principal, url })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function turnCallbackOn(db: Db, principal: string, url: string): Promise<void> {
  await db.deleteFrom('callbacks_off').where('principal', '=', principal).where(isUrl(url)).execute()
}

/** By its digest as well, which is what the index has: an address may be longer than there is room for in one. */
function isUrl(url: string) {
  return sql<boolean>`md5(url) = md5(${url}) and url = ${url}`
}
