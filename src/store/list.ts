/** A caller's jobs, a page at a time, newest first. Pages are found by where the last one ended, never by counting. */
import type { Job } from '../job/job.ts'
import type { Db } from './database.ts'
import { beside, CREATED_TEXT, matching, type JobFilter, type Place } from './job-filter.ts'
import { jobFromRow } from './job-row.ts'
import { reading } from './jobs.ts'

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
  const direction = backward ? 'asc' : 'desc'
  let query = matching(reading(db), principal, filter)
    .select(CREATED_TEXT)
    .orderBy('created_at', direction)
    .orderBy('id', direction)
    // One more than asked for tells whether there is another page, without a count.
    .limit(limit + 1)
  if (from) query = beside(query, backward ? 'newer' : 'older', from)
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
