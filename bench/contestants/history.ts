/** Many finished jobs in acceptd's tables: one job that has really ended, copied. */
import type { Pool } from 'pg'

// Far enough apart from the end of their retention, a week, that none is purged during a run.
const SPREAD = "interval '5 days'"

/** @param pool of a database in which there is one finished job */
export async function copyFinishedJob(pool: Pool, copies: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`create temp table history as
      select gen_random_uuid() as id, now() - ${SPREAD} * (n::float8 / ${copies}) as at
      from generate_series(1, ${copies}) as n`)
    const times = ['created_at', 'updated_at', 'run_at', 'started_at', 'finished_at']
    await copy(client, 'jobs', [
      ['id', 'history.id'],
      ...times.map((name): [string, string] => [name, 'history.at']),
      ['expires_at', 'history.at + (original.expires_at - original.finished_at)'],
    ])
    await copy(client, 'attempts', [
      ['job_id', 'history.id'],
      ['started_at', 'history.at'],
      ['ended_at', 'history.at'],
    ])
    // As autovacuum does some time after so many have come.
    await client.query('vacuum (analyze)')
    await client.query('checkpoint')
  } finally {
    client.release()
  }
}

/** Every column that is not named here is the original's, whichever columns there are. */
async function copy(
  client: { query: Pool['query'] },
  table: string,
  own: readonly (readonly [string, string])[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'acceptd' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'`,
    [table],
  )
  const expressions = new Map(own)
  const columns = rows.map(({ name }) => name)
  const values = columns.map((name) => expressions.get(name) ?? `original.${name}`)
  const { rowCount } = await client.query(`insert into acceptd.${table} (${columns.join(', ')})
    select ${values.join(', ')} from history, (select * from acceptd.${table} limit 1) as original`)
  // Else a run would measure an empty table and call it full.
  if (!rowCount) throw new Error(`the job that has ended left nothing in acceptd.${table} to copy`)
}
