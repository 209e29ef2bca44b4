/** Jobs go when their time is over, or when somebody deletes them; a tombstone tells for a while that there was one. */
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

// A statement's worth: it holds its rows for some milliseconds, and nobody waits for them.
export const PURGE_BATCH = 500

/** Deletes jobs whose time is over. Returns how many; PURGE_BATCH means that there may be more. */
export async function purgeExpired(db: Db): Promise<number> {
  // Somebody may be reading or deleting one this instant: that one is for the next pass.
  const { numAffectedRows = 0n } = await bury(
    db,
    sql`select id from acceptd.jobs where expires_at <= now()
        order by expires_at limit ${sql.lit(PURGE_BATCH)} for update skip locked`,
  )
  return Number(numAffectedRows)
}

/** Forgets tombstones that have stood long enough. */
export async function forgetTombstones(db: Db): Promise<void> {
  await sql`
    delete from acceptd.tombstones where id in (
      select id from acceptd.tombstones where forget_at <= now() limit ${sql.lit(PURGE_BATCH)}
    )`.execute(db)
}

/** The job of a key whose time is over goes at once, so that the key is free. */
export async function purgeKey(trx: Trx, principal: string, key: string): Promise<void> {
  await bury(
    trx,
    sql`select id from acceptd.jobs
        where principal = ${principal} and idempotency_key = ${key} and expires_at <= clock_timestamp()
        for update`,
  )
}

/** Deletes those of the jobs that have ended. Returns how many. */
export async function deleteJobs(trx: Trx, ids: readonly string[]): Promise<number> {
  const { numAffectedRows = 0n } = await bury(
    trx,
    sql`select id from acceptd.jobs where id = any(${ids}::uuid[]) and expires_at is not null`,
  )
  return Number(numAffectedRows)
}

/** Whether there was such a job of theirs, not so long ago. */
export async function wasThere(db: Db, principal: string, id: string): Promise<boolean> {
  // One that has expired and is not yet purged counts as buried.
  const { rows } = await sql`
    select 1 from acceptd.tombstones where id = ${id} and principal = ${principal} and forget_at > clock_timestamp()
    union all
    select 1 from acceptd.jobs where id = ${id} and principal = ${principal}
      and expires_at <= clock_timestamp() and expires_at + make_interval(secs => retention_seconds) > clock_timestamp()
    limit 1`.execute(db)
  return rows.length > 0
}

/** Remembered for as long after as it was kept: who polled it then can be told what became of it. */
function bury(db: Db, chosen: ReturnType<typeof sql>) {
  return sql`
    with chosen as (${chosen}),
    gone as (
      delete from acceptd.jobs using chosen where jobs.id = chosen.id
      returning jobs.id, principal, least(expires_at, now()) + make_interval(secs => retention_seconds) as forget_at
    ),
    history as (delete from acceptd.attempts using gone where job_id = gone.id),
    told as (delete from acceptd.callback_deliveries using gone where callback_deliveries.id = gone.id)
    insert into acceptd.tombstones (id, principal, forget_at) select id, principal, forget_at from gone`.execute(
    db,
  )
}
