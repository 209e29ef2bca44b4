/** The Postgres that comes with acceptd: whoever joins first starts it, whoever leaves last stops it. */
import { existsSync } from 'node:fs'
import { attach, notReady, type Attached } from './attach.ts'
import { prepareBinaries, type Binaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { connect } from './connect.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { explainRefusal } from './explain-refusal.ts'
import { findNative } from './find.ts'
import { withLock } from './lock.ts'
import { readPassword, urlOf } from './login.ts'
import { holdPresence, type EndPresence } from './presence.ts'
import { openSocketFolder } from './socket.ts'
import { startServer } from './start.ts'
import { stopServer, stopUnlessUsed } from './stop.ts'
import { giveTo } from './user.ts'

export interface EmbeddedPostgres {
  readonly url: string
  /** The absolute folder in use, which may not be the one asked for: see openDataFolder. */
  readonly dataDir: string
  /** False when a server that was running already was joined. */
  readonly started: boolean
  /** Leaves; stops the server when nobody else is using it. Close your own connections first. */
  readonly leave: () => Promise<void>
}

export interface Machine {
  readonly findNative: () => string
  /** For root: where programs and data go that the server's user cannot reach in their own place. */
  readonly systemFolder: string
}

const THIS_MACHINE: Machine = { findNative, systemFolder: '/var/lib/acceptd' }

export async function joinEmbeddedPostgres(
  folder: string,
  machine = THIS_MACHINE,
): Promise<EmbeddedPostgres> {
  try {
    const native = machine.findNative()
    const dataFolder = openDataFolder(folder, machine.systemFolder)
    const binaries = prepareBinaries(native, dataFolder.user, machine.systemFolder)
    return await withLock(dataFolder.lock, () => join(dataFolder, binaries))
  } catch (error) {
    throw explainRefusal(folder, error)
  }
}

async function join(folder: DataFolder, binaries: Binaries): Promise<EmbeddedPostgres> {
  giveTo(folder.user, folder.lock)
  await openCluster(folder, binaries)
  const password = readPassword(folder)
  const running = await attach(folder, password)
  const { postmaster, client } = running ?? (await start(folder, binaries, password))
  const endPresence = holdPresence(client, () => connect(postmaster.port, password))
  let left: Promise<void> | undefined
  return {
    url: urlOf(postmaster.port, password, openSocketFolder(folder.cluster, postmaster.port)),
    dataDir: folder.root,
    started: running === undefined,
    leave: () => (left ??= leave(folder, binaries, password, endPresence)),
  }
}

async function start(folder: DataFolder, binaries: Binaries, password: string): Promise<Attached> {
  const postmaster = await startServer(folder, binaries)
  try {
    const attached = await attach(folder, password)
    if (attached !== undefined) return attached
  } catch (error) {
    await stopServer(postmaster, folder, binaries) // nobody will use it
    throw error
  }
  throw notReady(folder)
}

async function leave(
  folder: DataFolder,
  binaries: Binaries,
  password: string,
  endPresence: EndPresence,
): Promise<void> {
  // Removed under us; the server notices by itself and ends.
  if (!existsSync(folder.lock)) return void (await endPresence())
  await withLock(folder.lock, async () => {
    const ended = await endPresence()
    const running = await attach(folder, password)
    if (running !== undefined) await stopUnlessUsed(running, ended, folder, binaries)
  })
}
