/** The database for a command that is over in a moment: the one in DATABASE_URL, else the embedded one. */
import type { Config } from '../config.ts'
import { joinEmbeddedPostgres } from '../postgres/embedded.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { isOutage } from '../store/outage.ts'

export async function withDatabase<T>(
  config: Config,
  use: (database: Database, onError: (error: Error) => void) => Promise<T>,
): Promise<T> {
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
