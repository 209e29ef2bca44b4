/** What every change of a job's row has in common; as SQL, and for kysely. */
import { sql } from 'kysely'
import { MOVES, type Move } from '../job/status.ts'
import type { Db } from './database.ts'

export const NOW = sql<Date>`now()`

const NEXT_REVISION = sql<number>`jobs.revision + 1`
const EXPIRES_AT = sql<Date>`now() + make_interval(secs => jobs.retention_seconds)`

/** With every change that a reader can see: or a poll with the old ETag would answer 304. */
export const SEEN = { revision: NEXT_REVISION, updated_at: NOW }
export const SEEN_SQL = sql`revision = ${NEXT_REVISION}, updated_at = ${NOW}`

/** With every move to a terminal status. */
export const ENDED = {
  worker_id: null,
  delivery: null,
  resume_at: null,
  checkpoint: null,
  transcript: null,
  finished_at: NOW,
  expires_at: EXPIRES_AT,
}
export const ENDED_SQL = sql`worker_id = null, delivery = null, resume_at = null, checkpoint = null, transcript = null,
  finished_at = ${NOW}, expires_at = ${EXPIRES_AT}`

/** With the move that completes a job, of an `ending` with its result. */
export const COMPLETED_SQL = sql`${ENDED_SQL},
  result = ending.result::json, result_bytes = octet_length(ending.result), result_type = ending.media_type,
  progress = case when progress is null then null else 100 end,
  -- The note goes: it says where the task was when it last said so, and it is past that.
  progress_note = null`

/** A move of status.ts as SQL: it leaves only the statuses it may leave, and says so by finding no row. */
export function moving(db: Db, move: Move) {
  return db
    .updateTable('jobs')
    .set({ status: MOVES[move].to, ...SEEN })
    .where('status', 'in', [...MOVES[move].from])
}
