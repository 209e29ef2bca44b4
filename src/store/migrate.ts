/** Brings the database to the newest migrations/*.sql. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration'
import { SCHEMA, type Db } from './database.ts'
import { isOutage } from './outage.ts'

const FOLDER = path.join(import.meta.dirname, '../../migrations')

export interface MigrationState {
  readonly name: string
  readonly appliedAt?: Date
}

/** Applies what is missing, under a lock, so that many processes may start at once. Returns the names applied. */
export async function migrateUp(db: Db): Promise<string[]> {
  const { error, results = [] } = await migrator(db).migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')
    // Not the migration but the way to the database: whoever reads it knows that error by itself.
    if (!failed || isOutage(error)) throw asError(error)
    throw new Error(`Migration ${failed.migrationName} failed: ${asError(error).message}`, { cause: error })
  }
  return results.map((result) => result.migrationName)
}

export async function migrationStates(db: Db): Promise<MigrationState[]> {
  const all = await migrator(db).getMigrations()
  return all.map(({ name, executedAt }) => ({ name, ...(executedAt ? { appliedAt: executedAt } : {}) }))
}

function migrator(db: Db): Migrator {
  // migrationTableSchema makes the schema too, which is why no migration does.
  return new Migrator({ db, provider: sqlFiles, migrationTableSchema: SCHEMA })
}

const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const names = (await fs.readdir(FOLDER)).filter((name) => name.endsWith('.sql')).toSorted()
    const entries = await Promise.all(
      names.map(async (name): Promise<[string, Migration]> => {
        const text = await fs.readFile(path.join(FOLDER, name), 'utf8')
        return [
          path.basename(name, '.sql'),
          {
            up: (db) =>
              sql
                .raw(text)
                .execute(db)
                .then(() => undefined),
          },
        ]
      }),
    )
    return Object.fromEntries(entries)
  },
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
