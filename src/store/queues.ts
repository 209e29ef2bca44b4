/** Which queues the jobs of a task have ever gone to. */
import { sql } from 'kysely'
import { SUSPECTS } from '../job/lane.ts'
import type { Db } from './database.ts'

export interface TaskQueue {
  readonly task: string
  readonly queue: string
}

/** Each once, as `(queue)`, and those of their suspects, which nobody records: they are known from them. */
export const ALL_QUEUES = sql`(
  select distinct unnest(array[queue, queue || ${sql.lit(SUSPECTS)}]) as queue from acceptd.queues
)`

export async function recordQueues(db: Db, pairs: readonly TaskQueue[]): Promise<void> {
  if (pairs.length === 0) return
  await db
    .insertInto('queues')
    .values(pairs)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findQueues(db: Db): Promise<TaskQueue[]> {
  return db.selectFrom('queues').select(['task', 'queue']).orderBy('queue').execute()
}
