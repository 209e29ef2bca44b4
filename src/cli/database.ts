/** The database for a command that is over in a moment: the one in DATABASE_URL, else the embedded one. */
import { ConfigError, type Config } from '../config.ts'
import { hasEmbeddedPostgres, joinEmbeddedPostgres } from '../postgres/embedded.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { isOutage } from '../store/outage.ts'

type Use<T> = (database: Database, onError: (error: Error) => void) => Promise<T>

/** @throws ConfigError where there is none: a new one would answer for one that is elsewhere, and be wrong */
export async function withDatabase<T>(config: Config, use: Use<T>): Promise<T> {
  const { databaseUrl, dataDir } = config
  if (databaseUrl === undefined && !hasEmbeddedPostgres(dataDir))
    throw new ConfigError(
      `There is no database in ${dataDir}. Run this in the folder that acceptd was started in, or set ACCEPTD_DATA_DIR or DATABASE_URL.`,
    )
  return withDatabaseMade(config, use)
}

/** Makes the embedded one where there is none. */
export async function withDatabaseMade<T>(config: Config, use: Use<T>): Promise<T> {
  const embedded = config.databaseUrl === undefined ? await joinEmbeddedPostgres(config.dataDir) : undefined
  const url = embedded?.url ?? config.databaseUrl ?? ''
  let lost: Error | undefined
  const onError = (error: Error) => {
    lost = error
  }
  const database = openDatabase({ url, name: 'command', maxConnections: 3, onError })
  try {
    return await use(database, onError)
  } catch (error) {
    // What the connection said is clearer than what came of it.
    throw isOutage(error) ? (lost ?? error) : error
  } finally {
    await database.close()
    await embedded?.leave()
  }
}
