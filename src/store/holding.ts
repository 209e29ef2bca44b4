/** Many of a caller's jobs held at once, for as long as the transaction lasts; those that somebody else holds are left out. */
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'
import { beside, CREATED_TEXT, matching, there, type JobFilter, type Place } from './job-filter.ts'

/** As much of a job as it takes to decide what becomes of it. */
export interface HeldJob {
  readonly id: string
  readonly task: string
  readonly queue: string
}

export interface Held {
  readonly jobs: readonly HeldJob[]
  /** Place of the newest of them. */
  readonly last?: Place
}

/** The oldest that match, newer than the place `after`. */
export async function holdJobs(
  trx: Trx,
  principal: string,
  filter: JobFilter,
  { limit, after }: { readonly limit: number; readonly after?: Place },
): Promise<Held> {
  let query = there(matching(trx.selectFrom('jobs'), principal, filter))
    .select(['id', 'task', 'queue', CREATED_TEXT])
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    // Whoever holds one is about to change it, and nobody is to wait for many.
    .skipLocked()
  if (after) query = beside(query, 'newer', after)
  const rows = await query.execute()
  const last = rows.at(-1)
  return {
    jobs: rows.map(({ id, task, queue }) => ({ id, task, queue })),
    ...(last ? { last: { createdAt: last.created_text, id: last.id } } : {}),
  }
}

/** The database's time, to the next millisecond: a Date can be no finer, and what has ended by now ended before it. */
export async function readClock(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`
    select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as now`.execute(db)
  const [row] = rows
  if (!row) throw new Error('The database did not say what time it is')
  return row.now
}
