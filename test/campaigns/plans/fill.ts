/** Fills the tables as a long life would have: jobs that have ended, jobs that wait, and what belongs to them. */
import type pg from 'pg'

export interface Filling {
  readonly ended: number
  readonly pending: number
  /** Deliveries of callbacks that wait, each of its own job. */
  readonly callbacks: number
}

// Of a hundred that ended so many have: enough of each to be looked for.
const ENDED = `case when n % 100 < 95 then 'completed' when n % 100 < 98 then 'failed' else 'canceled' end`

/** By the tables' owner, past the code: writing a million jobs one by one is another measure. */
export async function fill(pool: pg.Pool, filling: Filling): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await write(client, filling)
  } finally {
    // With its setting.
    client.release(true)
  }
}

async function write(client: pg.PoolClient, { ended, pending, callbacks }: Filling): Promise<void> {
  await client.query(
    `insert into acceptd.jobs (
       id, principal, task, status, input, tags, attempt, max_attempts, created_at, updated_at, run_at, started_at,
       finished_at, expires_at, result, result_bytes, failure, idempotency_key, fingerprint, priority,
       target)
     select gen_random_uuid(), 'anonymous', 'task-' || n % 20, status, '{"n":1}', array['batch-' || n % 1000], 1, 3,
       at, at, at, at, at, at + interval '30 days',
       case status when 'completed' then '{"ok":true}'::json end, case status when 'completed' then 11 end,
       case status when 'failed' then '{"code":"task-failed","title":"","detail":"","retryable":false}'::jsonb end,
       case n % 2 when 0 then 'key-' || n end, md5(n::text) || md5(n::text), 0,
       case n % 3 when 0 then 'https://host-' || n % 100 || '.example' end
     from generate_series(1, $1::int) n,
       lateral (select now() - (($1 - n) || ' seconds')::interval as at, ${ENDED} as status) job`,
    [ended],
  )
  await client.query(`
    insert into acceptd.attempts (job_id, attempt, worker_id, started_at, outcome, reason, failure)
    select id, 1, gen_random_uuid(), started_at, status, 'completed', failure from acceptd.jobs where finished_at is not null`)
  await client.query(
    `with stored as (
       insert into acceptd.jobs (id, principal, task, input, max_attempts, fingerprint, priority, created_at)
       select gen_random_uuid(), 'anonymous', 'task-' || n % 20, '{"n":1}', 3, md5(n::text) || md5(n::text), 0,
         now() - (n || ' milliseconds')::interval
       from generate_series(1, $1::int) n returning id, queue, run_at
     )
     insert into acceptd_queue.job (id, name, start_after, retry_limit, policy)
     select id, queue, run_at, 1000, 'standard' from stored`,
    [pending],
  )
  await client.query(
    `insert into acceptd.tombstones (id, principal, forget_at)
     select gen_random_uuid(), 'anonymous', now() + (n || ' seconds')::interval from generate_series(1, $1::int) n`,
    [Math.ceil(ended / 10)],
  )
  await client.query(
    `with told as (
       select n, id as job_id, gen_random_uuid() as id
       from (select id, row_number() over () as n from acceptd.jobs where finished_at is not null limit $1) of_which
     ),
     stored as (
       insert into acceptd.jobs (id, principal, task, queue, input, max_attempts, target)
       select id, 'anonymous', 'webhook', 'webhooks',
         json_build_object('url', 'https://host-' || n % 100 || '.example/hook'), 10, 'https://host-' || n % 100 || '.example'
       from told returning id, queue, run_at
     ),
     noted as (
       insert into acceptd.callback_deliveries (id, job_id, event, message_id, told)
       select id, job_id, 'job.completed', 'msg_' || id, json_build_object('id', job_id) from told
     )
     insert into acceptd_queue.job (id, name, start_after, retry_limit, policy)
     select id, queue, run_at, 1000, 'standard' from stored`,
    [callbacks],
  )
  await client.query(
    `insert into acceptd.callbacks_off (principal, url)
     select 'anonymous', 'https://host-' || n || '.example/gone' from generate_series(1, $1::int) n`,
    [Math.ceil(callbacks / 10)],
  )
  // As autovacuum would have by now; and every table, for a job's first statements are planned like its last.
  await client.query('vacuum analyze')
}
