/** The whole program: all parts, and the port that the API is served on. */
import type { Logger } from 'pino'
import { assemble } from './assemble.ts'
import type { Config } from './config.ts'
import { expectFreePort, listen } from './http/server.ts'
import type { Catalogue } from './job/catalogue.ts'

export interface Program {
  /** Those of the folders, and those that call others. */
  readonly catalogue: Catalogue
  /** Absent in a worker. */
  readonly port?: number
  /** How many jobs are waited for; absent in a worker. */
  readonly watched?: () => number
  /** Absent where DATABASE_URL was given. */
  readonly dataDir?: string
  /**
   * For handlers of uncaughtException and unhandledRejection: ends the attempt whose task let the error escape. False if it
   * was no task's, and then the process is in a state nobody knows.
   */
  readonly blame: (error: unknown) => boolean
  /** Drains: no new work, requests finish, running jobs get their grace; then everything is closed. */
  readonly close: () => Promise<void>
}

/** @param tasks those of the folders */
export async function startAcceptd(config: Config, tasks: Catalogue, log: Logger): Promise<Program> {
  const { role, host, port, maxConnections } = config
  // Before a database is made for nothing.
  if (role !== 'worker') await expectFreePort(host, port)
  const { catalogue, database, api, start, blame, onClose, close } = await assemble(config, tasks, log)
  try {
    const limits = { connections: maxConnections }
    // Before jobs are claimed: the port may have been taken since.
    const server = api && (await listen(api.app, { host, port, log, urls: api.place.usual(), limits }))
    if (server) onClose(server.close)
    await start()
    return {
      close,
      catalogue,
      blame,
      ...(database.dataDir === undefined ? {} : { dataDir: database.dataDir }),
      ...(api && server ? { port: server.port, watched: api.watched } : {}),
    }
  } catch (error) {
    await close()
    throw error
  }
}
