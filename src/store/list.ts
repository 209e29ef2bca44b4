/** A caller's jobs, a page at a time, newest first. Pages are found by where the last one ended, never by counting. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Status } from '../job/status.ts'
import type { Db } from './database.ts'
import { jobFromRow } from './job-row.ts'
import { reading } from './jobs.ts'

/** A place in the list: that of one job. */
export interface Place {
  /** As Postgres writes it: a Date would lose its microseconds, and with them jobs. */
  readonly createdAt: string
  readonly id: string
}

export interface JobFilter {
  readonly status?: Status
  readonly task?: string
  readonly tag?: string
  /** Created at this time or later. */
  readonly createdAfter?: Date
  /** Created before this time. */
  readonly createdBefore?: Date
}

export interface PageWish {
  readonly limit: number
  /** Jobs older than that at the place, or the newest; with `backward` those newer, nearest to it. */
  readonly from?: Place
  readonly backward?: boolean
}

export interface Page {
  readonly jobs: readonly Job[]
  /** Places of the first and the last. */
  readonly first?: Place
  readonly last?: Place
  /** Whether there are more in the direction asked for. */
  readonly more: boolean
}

export async function listJobs(
  db: Db,
  principal: string,
  filter: JobFilter,
  { limit, from, backward = false }: PageWish,
): Promise<Page> {
  const { status, task, tag, createdAfter, createdBefore } = filter
  const direction = backward ? 'asc' : 'desc'
  let query = reading(db)
    .select(sql<string>`created_at::text`.as('created_text'))
    .where('principal', '=', principal)
    .orderBy('created_at', direction)
    .orderBy('id', direction)
    // One more than asked for tells whether there is another page, without a count.
    .limit(limit + 1)
  if (status !== undefined) query = query.where('status', '=', status)
  // Always so; said because the small indexes of these two are for rows of which it is so.
  if (status === 'pending') query = query.where('run_at', '>', sql<Date>`'-infinity'`)
  if (status === 'running') {
    query = query.where((eb) => eb.or([eb('worker_id', 'is not', null), eb('resume_at', 'is not', null)]))
  }
  if (task !== undefined) query = query.where('task', '=', task)
  if (tag !== undefined) query = query.where(sql<boolean>`tags @> array[${tag}]::text[] and tags <> '{}'`)
  if (createdAfter) query = query.where('created_at', '>=', createdAfter)
  if (createdBefore) query = query.where('created_at', '<', createdBefore)
  if (from) {
    const place = sql`(${from.createdAt}::timestamptz, ${from.id}::uuid)`
    query = query.where(sql<boolean>`(created_at, id) ${sql.raw(backward ? '>' : '<')} ${place}`)
  }
  const found = await query.execute()
  const rows = found.slice(0, limit)
  if (backward) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  return {
    jobs: rows.map(jobFromRow),
    more: found.length > limit,
    ...(first ? { first: { createdAt: first.created_text, id: first.id } } : {}),
    ...(last ? { last: { createdAt: last.created_text, id: last.id } } : {}),
  }
}
