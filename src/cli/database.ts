/** The database for a command that is over in a moment: the one in DATABASE_URL, else the embedded one. */
import type { Config } from '../config.ts'
import { joinEmbeddedPostgres } from '../postgres/embedded.ts'
import { openDatabase, type Db } from '../store/database.ts'

export async function withDatabase<T>(config: Config, use: (db: Db) => Promise<T>): Promise<T> {
  const embedded = config.databaseUrl === undefined ? await joinEmbeddedPostgres(config.dataDir) : undefined
  const url = embedded?.url ?? config.databaseUrl ?? ''
  let lost: Error | undefined
  const onError = (error: Error) => {
    lost = error
  }
  const database = openDatabase({ url, name: 'command', maxConnections: 1, onError })
  try {
    return await use(database.db)
  } catch (error) {
    throw lost ?? error
  } finally {
    await database.close()
    await embedded?.leave()
  }
}
