/** The door between rows and jobs: rows stay inside this room. */
import { sql, type Selectable } from 'kysely'
import { INLINE_RESULT_BYTES, type Job } from '../job/job.ts'
import type { Json } from '../job/json.ts'
import type { JobsTable } from './database.ts'

type HeldBack = 'input' | 'result' | 'worker_id' | 'delivery' | 'idempotency_key'

export type JobRow = Omit<Selectable<JobsTable>, HeldBack> & { inline_result: unknown; read_at: Date }

// Everything but input and a large result, which only their own readers pay for.
const COLUMNS = [
  'id',
  'principal',
  'task',
  'status',
  'tags',
  'priority',
  'attempt',
  'max_attempts',
  'crashes',
  'progress',
  'progress_note',
  'created_at',
  'updated_at',
  'run_at',
  'started_at',
  'finished_at',
  'cancel_requested_at',
  'result_bytes',
  'failure',
  'fingerprint',
] as const

// A result that is JSON null parses to null, as SQL NULL does: result_bytes tells them apart.
const INLINE_RESULT = sql`case when result_bytes <= ${sql.lit(INLINE_RESULT_BYTES)} then result end`.as(
  'inline_result',
)
// clock_timestamp(), not now(): in a long transaction now() is when that began.
const READ_AT = sql<Date>`clock_timestamp()`.as('read_at')

/** What jobFromRow needs, to select or to return. */
export const JOB_COLUMNS = [...COLUMNS, INLINE_RESULT, READ_AT] as const

export function jobFromRow(row: JobRow): Job {
  return {
    id: row.id,
    principal: row.principal,
    task: row.task,
    status: row.status,
    tags: row.tags,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    crashes: row.crashes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    runAt: row.run_at,
    fingerprint: row.fingerprint,
    readAt: row.read_at,
    ...(row.progress === null ? {} : { progress: row.progress }),
    ...(row.progress_note === null ? {} : { progressNote: row.progress_note }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    ...(row.cancel_requested_at === null ? {} : { cancelRequestedAt: row.cancel_requested_at }),
    ...(row.failure === null ? {} : { failure: row.failure }),
    ...(isInline(row.result_bytes) ? { result: row.inline_result as Json } : {}),
  }
}

function isInline(bytes: number | null): boolean {
  return bytes !== null && bytes <= INLINE_RESULT_BYTES
}
