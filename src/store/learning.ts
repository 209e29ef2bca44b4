/** Noting how long jobs have waited and run: what Retry-After is learned from. */
import { sql } from 'kysely'
import type { Db } from './database.ts'

// Enough to see the shape of a distribution up to its 98th percentile, few enough to follow when it drifts.
const KEPT = sql.lit(100)

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
 * To stand in the statement that completes the jobs in `ending (task, started_at, run_at)`. A row that another settle holds is passed over: to wait
 * for it would make all settles of a task queue up behind one another's commits, and some samples less teach as much.
 */
export const LEARN = sql`,
    samples as (
      select
        task,
        array_agg(greatest(0, extract(epoch from now() - started_at))::real) as runs,
        array_agg(greatest(0, extract(epoch from started_at - run_at))::real) as waits
      from ending group by task
    ),
    free as (
      select task from acceptd.experience where task in (select task from samples) for update skip locked
    ),
    learned as (
      update acceptd.experience known set
        runs = (samples.runs || known.runs)[1:${KEPT}],
        waits = (samples.waits || known.waits)[1:${KEPT}]
      from samples join free using (task) where known.task = free.task
    )`
