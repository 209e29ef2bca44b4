/** Finding jobs. One whose time is over is not found, whether or not it has been purged yet. */
import { sql } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Json } from '../job/json.ts'
import type { Db } from './database.ts'
import { gather } from './gather.ts'
import { there } from './job-filter.ts'
import { JOB_COLUMNS, jobFromRow } from './job-row.ts'

export interface JobReader {
  find(principal: string, id: string): Promise<Job | undefined>
}

// Two statements at a time, so that one that is slow to come back does not hold up all; the size of some packets.
const AT_ONCE = 2
const MAX_ITEMS = 200

/** Reads jobs for whoever polls. Those that are asked for while two statements are under way share the next. */
export function jobReader(db: Db): JobReader {
  const reads = gather({
    async serve(ids: readonly string[]) {
      const rows = await reading(db)
        .where('id', '=', sql<string>`any(${[...new Set(ids)]}::uuid[])`)
        .execute()
      const jobs = new Map(rows.map((row) => [row.id, jobFromRow(row)]))
      return ids.map((id) => jobs.get(id))
    },
    atOnce: AT_ONCE,
    maxItems: MAX_ITEMS,
  })
  return {
    async find(principal, id) {
      const job = await reads.ask(id)
      return job?.principal === principal ? job : undefined
    },
  }
}

export interface KeyedJob {
  readonly job: Job
  readonly fingerprint: string | null
}

/** The job that was submitted with this Idempotency-Key. */
export async function findJobByKey(db: Db, principal: string, key: string): Promise<KeyedJob | undefined> {
  const row = await reading(db)
    .select('fingerprint')
    .where('principal', '=', principal)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return row && { job: jobFromRow(row), fingerprint: row.fingerprint }
}

export interface StoredResult {
  /** JSON text, whatever its size; of a file, its FileResult. */
  readonly text: string
  /** Of a file; absent where the result is JSON. */
  readonly mediaType?: string
}

export async function findResult(db: Db, id: string): Promise<StoredResult | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select([sql<string | null>`result::text`.as('text'), 'result_type'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row || row.text === null) return undefined
  return { text: row.text, ...(row.result_type === null ? {} : { mediaType: row.result_type }) }
}

/** Who runs the attempt that is under way, and what it shows so far; undefined where none is. */
export async function findUnderWay(db: Db, id: string): Promise<UnderWay | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select(['worker_id', 'transcript'])
    .where('id', '=', id)
    .where('status', '=', 'running')
    .executeTakeFirst()
  return (
    row && {
      ...(row.worker_id === null ? {} : { workerId: row.worker_id }),
      ...(row.transcript === null ? {} : { transcript: row.transcript as Json }),
    }
  )
}

export interface UnderWay {
  /** Absent while it waits for somebody else. */
  readonly workerId?: string
  readonly transcript?: Json
}

/** As they were stored, by id. */
export async function findInputs(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'input'])
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return new Map(rows.map(({ id, input }) => [id, input]))
}

export function reading(db: Db) {
  return there(db.selectFrom('jobs')).select(JOB_COLUMNS)
}
