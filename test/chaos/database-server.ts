/** The Postgres of a run, which can be made to crash and is started again. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { prepareBinaries } from '../../src/postgres/binaries.ts'
import { openCluster } from '../../src/postgres/cluster.ts'
import { openDataFolder } from '../../src/postgres/data-folder.ts'
import { findNative } from '../../src/postgres/find.ts'
import { readPassword, urlOf } from '../../src/postgres/login.ts'
import { isAlive } from '../../src/postgres/postmaster-file.ts'
import { startServer } from '../../src/postgres/start.ts'
import { giveTo } from '../../src/postgres/user.ts'
import { until } from '../support/until.ts'

export interface DatabaseServer {
  /** By TCP. */
  readonly url: string
  /** Ends it as told: SIGQUIT crashes it (an immediate stop), SIGINT is a fast stop; resolves when it is gone. */
  stop(signal: 'SIGQUIT' | 'SIGINT'): Promise<void>
  /** On the same port as before; resolves when it takes connections. */
  start(): Promise<void>
  remove(): Promise<void>
}

// Below those that systems give to connections: while the server is away, none may take its port.
const PORT = 20_000 + (process.pid % 10_000)
const SYSTEM_FOLDER = '/var/lib/acceptd'

export async function databaseServer(folder: string): Promise<DatabaseServer> {
  const data = openDataFolder(path.join(folder, 'data'), SYSTEM_FOLDER)
  const binaries = prepareBinaries(findNative(), data.user, SYSTEM_FOLDER)
  await fs.writeFile(data.lock, '')
  giveTo(data.user, data.lock)
  await openCluster(data, binaries)
  let postmaster = await startServer(data, binaries, PORT)
  return {
    url: urlOf(postmaster.port, readPassword(data)),
    async stop(signal) {
      const { pid } = postmaster
      process.kill(pid, signal)
      await until('Postgres to end', () => !isAlive(pid))
    },
    async start() {
      const { port } = postmaster
      postmaster = await startServer(data, binaries, port)
      if (postmaster.port !== port) throw new Error(`Port ${port} was taken while Postgres was away`)
    },
    remove: () => fs.rm(data.root, { recursive: true, force: true }),
  }
}
