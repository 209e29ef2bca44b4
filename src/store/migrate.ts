/** Brings the database to the newest migrations/*.sql. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator, type Migration, type MigrationProvider } from 'kysely/migration'
import { SCHEMA, type Db } from './database.ts'
import { isOutage } from './outage.ts'

const FOLDER = path.join(import.meta.dirname, '../../migrations')

export interface MigrationState {
  readonly name: string
  readonly appliedAt?: Date
  /** A newer version has applied it; this one has no such file. */
  readonly isNewer: boolean
}

/**
 * Applies what is missing, under a lock, so that many processes may start at once. Returns the names applied. What a newer
 * version has applied is left: while an upgrade goes on, and after one that was called off, the old one starts as well.
 */
export async function migrateUp(db: Db): Promise<string[]> {
  const { error, results = [] } = await (await migrator(db)).migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')
    // Not the migration but the way to the database: whoever reads it knows that error by itself.
    if (!failed || isOutage(error)) throw asError(error)
    throw new Error(`Migration ${failed.migrationName} failed: ${asError(error).message}`, { cause: error })
  }
  return results.map((result) => result.migrationName)
}

export async function migrationStates(db: Db): Promise<MigrationState[]> {
  const ours = await sqlFiles()
  const all = await (await migrator(db)).getMigrations()
  return all.map(({ name, executedAt }) => ({
    name,
    isNewer: !ours.has(name),
    ...(executedAt ? { appliedAt: executedAt } : {}),
  }))
}

async function migrator(db: Db): Promise<Migrator> {
  // Now, and not when it is asked for: the migrator has a connection then, and this would take another.
  const applied = (await appliedNames(db)).map((name): [string, Migration] => [name, NEVER_RUN])
  const migrations = Object.fromEntries([...applied, ...(await sqlFiles())])
  const provider: MigrationProvider = { getMigrations: () => Promise.resolve(migrations) }
  // migrationTableSchema makes the schema too, which is why no migration does.
  return new Migrator({ db, provider, migrationTableSchema: SCHEMA })
}

async function sqlFiles(): Promise<ReadonlyMap<string, Migration>> {
  const names = (await fs.readdir(FOLDER)).filter((name) => name.endsWith('.sql')).toSorted()
  const entries = names.map(async (name): Promise<[string, Migration]> => {
    const text = await fs.readFile(path.join(FOLDER, name), 'utf8')
    const up: Migration['up'] = async (db) => {
      await sql.raw(text).execute(db)
    }
    return [path.basename(name, '.sql'), { up }]
  })
  return new Map(await Promise.all(entries))
}

// kysely refuses a database that has applied what it was not given. These are given only where they have been applied.
const NEVER_RUN: Migration = {
  up: () => Promise.reject(new Error('This migration is of a newer version of acceptd')),
}

async function appliedNames(db: Db): Promise<string[]> {
  const table = sql.table(`${SCHEMA}.${DEFAULT_MIGRATION_TABLE}`)
  const { rows: there } = await sql<{ there: boolean }>`
    select to_regclass(${`${SCHEMA}.${DEFAULT_MIGRATION_TABLE}`}) is not null as there`.execute(db)
  if (!there[0]?.there) return []
  const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(db)
  return rows.map(({ name }) => name)
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
