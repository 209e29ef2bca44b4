/** Which queues the jobs of a task have ever gone to. */
import type { Db } from './database.ts'

export interface TaskQueue {
  readonly task: string
  readonly queue: string
}

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
