/** Telling of ends: the job that delivers a callback, written with the move that ends the job it tells of. */
import { sql, type RawBuilder } from 'kysely'
import { CALLBACK_LANE, CALLBACK_TASK, CALLBACK_WAITS } from '../job/callback.ts'
import type { Trx } from './database.ts'

/**
 * To stand in the statement that ends jobs, so that no end is without its delivery.
 * @param ended a query of those with a callback: `(id, principal, task, attempt, status, failure, callback,
 * retention_seconds, traceparent)`
 * @param enqueuing a statement that enqueues the jobs in `stored (id, queue, priority, run_at)`
 */
export function telling(ended: RawBuilder<unknown>, enqueuing: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    telling as (
      select gen_random_uuid() as delivery_id, 'job.' || status as event, ended.* from (${ended}) ended
      where callback -> 'events' ? ('job.' || status)
    ),
    stored as (
      insert into acceptd.jobs (
        id, principal, task, queue, input, tags, priority, max_attempts, retention_seconds, target, traceparent
      )
      select
        delivery_id, principal, ${sql.lit(CALLBACK_TASK)}, ${sql.lit(CALLBACK_LANE)},
        json_build_object('url', callback -> 'url', 'cloudEvents', callback -> 'cloudEvents'), '{}', 0,
        ${sql.lit(CALLBACK_WAITS.length + 1)}, retention_seconds, callback ->> 'origin',
        -- In the trace of the job it tells of: see traceparentOf in job/traceparent.ts.
        coalesce(traceparent, '00-' || replace(id::text, '-', '') || '-' || left(md5(random()::text), 16) || '-01')
      from telling
      returning id, queue, priority, run_at
    ),
    enqueued as (${enqueuing}),
    noted as (
      insert into acceptd.callback_deliveries (id, job_id, event, message_id, told)
      select delivery_id, id, event, 'msg_' || replace(delivery_id::text, '-', ''), json_build_object(
        'id', id, 'task', task, 'status', status, 'attempt', attempt, 'failure', failure,
        'full', callback -> 'full'
      )
      from telling
    )`
}

/** The same for jobs that have ended in this transaction. Answers whether anybody is told. */
export async function tellOf(
  trx: Trx,
  ids: readonly string[],
  enqueuing: RawBuilder<unknown>,
): Promise<boolean> {
  const ended = sql`
    select id, principal, task, attempt, status, failure, callback, retention_seconds, traceparent
    from acceptd.jobs where id = any(${ids}::uuid[]) and callback is not null and finished_at is not null`
  const { rows } = await sql`with ${telling(ended, enqueuing)} select from stored`.execute(trx)
  return rows.length > 0
}
