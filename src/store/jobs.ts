/** Finding jobs. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Status } from '../job/status.ts'
import type { Db } from './database.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'

export async function findJob(db: Db, principal: string, id: string): Promise<Job | undefined> {
  const row = await reading(db).where('id', '=', id).where('principal', '=', principal).executeTakeFirst()
  return row && jobFromRow(row)
}

export async function findJobByKey(db: Db, principal: string, key: string): Promise<Job | undefined> {
  const row = await reading(db)
    .where('principal', '=', principal)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return row && jobFromRow(row)
}

/** The whole result as JSON text, whatever its size. */
export async function findResult(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select(sql<string | null>`result::text`.as('text'))
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.text ?? undefined
}

export interface JobFilter {
  readonly status?: Status
  readonly task?: string
  /** Only jobs older than this one. */
  readonly before?: string
  readonly limit: number
}

/** Newest first. */
export async function listJobs(db: Db, principal: string, filter: JobFilter): Promise<Job[]> {
  let query = reading(db).where('principal', '=', principal).orderBy('id', 'desc').limit(filter.limit)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.task) query = query.where('task', '=', filter.task)
  if (filter.before) query = query.where('id', '<', filter.before)
  return (await query.execute()).map(jobFromRow)
}

function reading(db: Db) {
  return db.selectFrom('jobs').select(JOB_COLUMNS)
}
