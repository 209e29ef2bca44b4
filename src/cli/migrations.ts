/** `acceptd migrate up` and `acceptd migrate status`. */
import type { Config } from '../config.ts'
import { prepareDatabase } from '../prepare.ts'
import { migrationStates } from '../store/migrate.ts'
import { withDatabase, withDatabaseMade } from './database.ts'
import { say } from './tell.ts'

export async function migrateUpAndTell(config: Config): Promise<void> {
  const { applied } = await withDatabaseMade(config, (database, onError) =>
    prepareDatabase(database, new Map(), onError),
  )
  for (const name of applied) say(`applied  ${name}`)
  if (applied.length === 0) say('The database is up to date.')
}

export async function printMigrations(config: Config): Promise<void> {
  const states = await withDatabase(config, ({ db }) => migrationStates(db))
  for (const { name, appliedAt, isNewer } of states) {
    const state = appliedAt ? `applied ${appliedAt.toISOString()}` : 'missing'
    say(`${state}  ${name}${isNewer ? '  (of a newer version)' : ''}`)
  }
  if (states.some(({ appliedAt }) => !appliedAt)) process.exitCode = 1
}
