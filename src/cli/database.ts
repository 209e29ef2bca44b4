/** The database for a command that is over in a moment: the one in DATABASE_URL, else the embedded one. */
import type { Config } from '../config.ts'
import { joinEmbeddedPostgres } from '../postgres/embedded.ts'
import { openDatabase, type Database } from '../store/database.ts'

export async function withDatabase<T>(config: Config, use: (database: Database) => Promise<T>): Promise<T> {
  const embedded = config.databaseUrl === undefined ? await joinEmbeddedPostgres(config.dataDir) : undefined
  const url = embedded?.url ?? config.databaseUrl ?? ''
  let lost: Error | undefined
  const onError = (error: Error) => {
    lost = error
  }
  const database = openDatabase({ url, name: 'command', maxConnections: 3, onError })
  try {
    return await use(database)
  } catch (error) {
    throw lost ?? error
  } finally {
    await database.close()
    await embedded?.leave()
  }
}
