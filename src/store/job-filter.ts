/** Which of a caller's jobs are meant: the filters of lists, and of what is done to many jobs at once. */
import { sql, type SelectQueryBuilder } from 'kysely'
import { CALLBACK_TASK } from '../job/callback.ts'
import type { Status } from '../job/status.ts'
import type { Db, Tables } from './database.ts'

export interface JobFilter {
  readonly status?: Status
  readonly task?: string
  readonly tag?: string
  /** Of the failure; only failed jobs have one. */
  readonly code?: string
  /** Of the URL that the job calls, as the URL standard writes it. */
  readonly origin?: string
  /** Created at this time or later. */
  readonly createdAfter?: Date
  /** Created before this time. */
  readonly createdBefore?: Date
  readonly endedBefore?: Date
}

/** A place in the order of creation: that of one job. */
export interface Place {
  /** As Postgres writes it: a Date would lose its microseconds, and with them jobs. */
  readonly createdAt: string
  readonly id: string
}

/** To select, for the Place of a row. */
export const CREATED_TEXT = sql<string>`created_at::text`.as('created_text')

type Query<O> = SelectQueryBuilder<Tables, 'jobs', O>

export function matching<O>(given: Query<O>, principal: string, filter: JobFilter): Query<O> {
  const { status, task, tag, code, origin, createdAfter, createdBefore, endedBefore } = filter
  let query = given.where('principal', '=', principal)
  if (status !== undefined) query = query.where('status', '=', status)
  // Always so; said because the small indexes of these two are for rows of which it is so.
  if (status === 'pending') query = query.where('run_at', '>', sql<Date>`'-infinity'`)
  if (status === 'running') {
    query = query.where((eb) => eb.or([eb('worker_id', 'is not', null), eb('resume_at', 'is not', null)]))
  }
  // Deliveries of callbacks are jobs too, but nobody has submitted them.
  query = query.where('task', task === undefined ? '<>' : '=', task ?? CALLBACK_TASK)
  if (tag !== undefined) query = query.where(sql<boolean>`tags @> array[${tag}]::text[] and tags <> '{}'`)
  if (code !== undefined) query = query.where(sql<boolean>`failure ->> 'code' = ${code}`)
  if (origin !== undefined) query = query.where('target', '=', origin)
  if (createdAfter) query = query.where('created_at', '>=', createdAfter)
  if (createdBefore) query = query.where('created_at', '<', createdBefore)
  if (endedBefore) query = query.where('finished_at', '<', endedBefore)
  return query
}

/** Only jobs on that side of the place. */
export function beside<O>(query: Query<O>, side: 'older' | 'newer', { createdAt, id }: Place): Query<O> {
  const place = sql`(${createdAt}::timestamptz, ${id}::uuid)`
  return query.where(sql<boolean>`(created_at, id) ${sql.raw(side === 'newer' ? '>' : '<')} ${place}`)
}

/** One whose time is over is no longer there, whether or not it has been purged yet. */
export function there<O>(query: Query<O>): Query<O> {
  return query.where((eb) =>
    eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`clock_timestamp()`)]),
  )
}

/** How many jobs are meant, counted no further than `most`; newer than the place, where one is given. */
export async function countJobs(
  db: Db,
  principal: string,
  filter: JobFilter,
  { most, after }: { readonly most: number; readonly after?: Place },
): Promise<number> {
  let found = there(matching(db.selectFrom('jobs'), principal, filter))
    .select('id')
    .limit(most)
  if (after) found = beside(found, 'newer', after)
  const row = await db
    .selectFrom(found.as('found'))
    .select(sql<number>`count(*)::int`.as('n'))
    .executeTakeFirstOrThrow()
  return row.n
}
