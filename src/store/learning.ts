/** Noting how long a job has waited and run: what Retry-After is learned from. */
import { sql, type RawBuilder } from 'kysely'
import type { Job } from '../job/job.ts'
import type { Db } from './database.ts'

// Enough to see the shape of a distribution up to its 98th percentile, few enough to follow when it drifts.
const KEPT = 100

/** Makes room for what is to be learned, so that a settle only ever updates. */
export async function expectTasks(db: Db, tasks: readonly string[]): Promise<void> {
  if (tasks.length === 0) return
  await db
    .insertInto('experience')
    .values(tasks.map((task) => ({ task })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * To be part of the statement that completes `job`. A row that another settle holds is passed over: to wait for it would
 * make all settles of a task queue up behind one another's commits, and one sample less teaches as much.
 */
export function learning({ task, startedAt, runAt }: Job): RawBuilder<Record<string, unknown>> {
  const ran = sql`greatest(0, extract(epoch from now() - ${startedAt}::timestamptz))`
  const waited = sql`greatest(0, extract(epoch from ${startedAt}::timestamptz - ${runAt}::timestamptz))`
  return sql<Record<string, unknown>>`(
    update acceptd.experience known set
      runs = (array_prepend(${ran}::real, known.runs))[1:${sql.lit(KEPT)}],
      waits = (array_prepend(${waited}::real, known.waits))[1:${sql.lit(KEPT)}]
    from (select task from acceptd.experience where task = ${task} for update skip locked) free
    where known.task = free.task)`
}
