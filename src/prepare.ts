/** Brings a database to where acceptd can run on it: our tables and pg-boss's, whoever else starts at the same time. */
import type { PgBoss } from 'pg-boss'
import { startBoss } from './queue/boss.ts'
import type { Database } from './store/database.ts'
import { migrateUp } from './store/migrate.ts'
import { oneAtATime } from './store/start-lock.ts'

export interface Prepared {
  readonly boss: PgBoss
  /** Names of the migrations that were missing. */
  readonly applied: readonly string[]
}

export function prepareDatabase({ db, pool }: Database, onError: (error: Error) => void): Promise<Prepared> {
  return oneAtATime(pool, async () => {
    const applied = await migrateUp(db)
    return { applied, boss: await startBoss({ pool, onError }) }
  })
}
