/** The door between rows and jobs: rows stay inside this room. */
import { sql, type Selectable } from 'kysely'
import { INLINE_RESULT_BYTES, type Job } from '../job/job.ts'
import type { Json } from '../job/json.ts'
import type { JobsTable } from './database.ts'

type HeldBack =
  | 'input'
  | 'result'
  | 'result_type'
  | 'worker_id'
  | 'delivery'
  | 'idempotency_key'
  | 'fingerprint'
  | 'checkpoint'
  | 'transcript'
  | 'traceparent'
  | 'callback'

export type JobRow = Omit<Selectable<JobsTable>, HeldBack> & {
  inline_result: unknown
  callback_url: string | null
  read_at: Date
}

// Everything but input and a large result, which only their own readers pay for.
const COLUMNS = [
  'id',
  'principal',
  'task',
  'queue',
  'status',
  'revision',
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
  'resume_at',
  'finished_at',
  'cancel_requested_at',
  'expires_at',
  'retention_seconds',
  'result_bytes',
  'failure',
  'target',
] as const

// In an array, because a result that is JSON null would parse to null, as SQL NULL does.
const INLINE_RESULT = sql`case when result_type is null and result_bytes <= ${sql.lit(INLINE_RESULT_BYTES)}
  then json_build_array(result) end`.as('inline_result')
const CALLBACK_URL = sql<string | null>`callback ->> 'url'`.as('callback_url')
// clock_timestamp(), not now(): in a long transaction now() is when that began.
const READ_AT = sql<Date>`clock_timestamp()`.as('read_at')

/** What jobFromRow needs, to select or to return. */
export const JOB_COLUMNS = [...COLUMNS, INLINE_RESULT, CALLBACK_URL, READ_AT] as const

export function jobFromRow(row: JobRow): Job {
  return {
    id: row.id,
    principal: row.principal,
    task: row.task,
    queue: row.queue,
    status: row.status,
    revision: row.revision,
    tags: row.tags,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    crashes: row.crashes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    runAt: row.run_at,
    retentionSeconds: row.retention_seconds,
    readAt: row.read_at,
    ...(row.progress === null ? {} : { progress: row.progress }),
    ...(row.progress_note === null ? {} : { progressNote: row.progress_note }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.resume_at === null ? {} : { resumeAt: row.resume_at }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    ...(row.cancel_requested_at === null ? {} : { cancelRequestedAt: row.cancel_requested_at }),
    ...(row.target === null ? {} : { target: row.target }),
    ...(row.callback_url === null ? {} : { callbackUrl: row.callback_url }),
    ...(row.failure === null ? {} : { failure: row.failure }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.result_bytes === null ? {} : { resultBytes: row.result_bytes }),
    ...(row.inline_result === null ? {} : { result: (row.inline_result as [Json])[0] }),
  }
}
