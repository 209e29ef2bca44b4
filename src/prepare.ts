/** Brings a database to where acceptd can run on it: our tables and pg-boss's, whoever else starts at the same time. */
import type { Catalogue } from './job/catalogue.ts'
import { suspectsOf } from './job/lane.ts'
import { startBoss } from './queue/boss.ts'
import { openDatabase, type Database } from './store/database.ts'
import { migrateUp } from './store/migrate.ts'
import { findQueues, recordQueues, type TaskQueue } from './store/queues.ts'
import { oneAtATime } from './store/start-lock.ts'

export interface Prepared {
  /** Names of the migrations that were missing. */
  readonly applied: readonly string[]
  /** Where jobs of the tasks in the catalogue may wait: in their lanes, in those that they were in before, as suspects. */
  readonly queues: readonly TaskQueue[]
}

export function prepareDatabase(
  { db, pool }: Database,
  catalogue: Catalogue,
  onError: (error: Error) => void,
): Promise<Prepared> {
  return oneAtATime(pool, async () => {
    const applied = await migrateUp(db)
    await recordQueues(
      db,
      [...catalogue.values()].map(({ name, queue }) => ({ task: name, queue })),
    )
    const recorded = (await findQueues(db)).filter(({ task }) => catalogue.has(task))
    const queues = recorded.flatMap(({ task, queue }) => [
      { task, queue },
      { task, queue: suspectsOf(queue) },
    ])
    // Its tables and queues; it goes on with other connections, in those processes that need it.
    const boss = await startBoss({ pool, queues: queues.map(({ queue }) => queue), onError })
    await boss.stop({ graceful: false })
    return { applied, queues }
  })
}

// One holds the lock that starts are held under, while the others work.
const CONNECTIONS = 3

/** On connections of its own, which wait for as long as a migration takes. Answers the queues. */
export async function prepareAt(
  url: string,
  catalogue: Catalogue,
  onError: (error: Error) => void,
): Promise<readonly TaskQueue[]> {
  const database = openDatabase({ url, name: 'start', maxConnections: CONNECTIONS, onError })
  try {
    return (await prepareDatabase(database, catalogue, onError)).queues
  } finally {
    await database.close()
  }
}
