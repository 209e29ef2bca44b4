/** The Postgres that comes with acceptd: whoever joins first starts it, whoever leaves last stops it. */
import { existsSync } from 'node:fs'
import type { Client } from 'pg'
import { attach, notReady, type Attached } from './attach.ts'
import { prepareBinaries, type Binaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { hasCluster, openDataFolder, type DataFolder } from './data-folder.ts'
import { explainRefusal } from './explain-refusal.ts'
import { findNative } from './find.ts'
import { withLock } from './lock.ts'
import { readPassword, urlOf } from './login.ts'
import { holdPresence, type Presence } from './presence.ts'
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

/** Told what becomes of the server while we use it. */
export type Tell = (sentence: string, error?: unknown) => void

export async function joinEmbeddedPostgres(
  folder: string,
  machine = THIS_MACHINE,
  tell: Tell = () => undefined,
): Promise<EmbeddedPostgres> {
  try {
    const native = machine.findNative()
    const dataFolder = openDataFolder(folder, machine.systemFolder)
    const binaries = prepareBinaries(native, dataFolder.user, machine.systemFolder)
    return await withLock(dataFolder.lock, () => join(dataFolder, binaries, tell))
  } catch (error) {
    throw explainRefusal(folder, error)
  }
}

/** Whether somebody has ever joined one there. Looks, and makes nothing. */
export function hasEmbeddedPostgres(folder: string, { systemFolder } = THIS_MACHINE): boolean {
  return hasCluster(folder, systemFolder)
}

async function join(folder: DataFolder, binaries: Binaries, tell: Tell): Promise<EmbeddedPostgres> {
  giveTo(folder.user, folder.lock)
  await openCluster(folder, binaries)
  const password = readPassword(folder)
  const running = await attach(folder, password)
  const { postmaster, client } = running ?? (await start(folder, binaries, password))
  const { port } = postmaster
  const presence = holdPresence(client, {
    regain: () => regain(folder, binaries, password, port, tell),
    onError: (error) => tell('The embedded Postgres is gone and could not be started', error),
  })
  let left: Promise<void> | undefined
  return {
    url: urlOf(port, password, openSocketFolder(folder.cluster, port)),
    dataDir: folder.root,
    started: running === undefined,
    leave: () => (left ??= leave(folder, binaries, password, presence)),
  }
}

/** Of all who miss the server one starts it, and where it was: the others, and every pool, find it there. */
async function regain(
  folder: DataFolder,
  binaries: Binaries,
  password: string,
  port: number,
  tell: Tell,
): Promise<Client | undefined> {
  // Removed under us.
  if (!existsSync(folder.cluster)) return undefined
  return withLock(folder.lock, async () => {
    const running = await attach(folder, password)
    if (running) return running.client
    const { client } = await start(folder, binaries, password, port)
    tell('The embedded Postgres was gone; it has been started again')
    return client
  })
}

async function start(
  folder: DataFolder,
  binaries: Binaries,
  password: string,
  samePort?: number,
): Promise<Attached> {
  const postmaster = await startServer(folder, binaries, samePort)
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
  presence: Presence,
): Promise<void> {
  // Outside of the lock, which it may be waiting for.
  await presence.cease()
  // Removed under us; the server notices by itself and ends.
  if (!existsSync(folder.lock)) return void (await presence.end())
  await withLock(folder.lock, async () => {
    const ended = await presence.end()
    const running = await attach(folder, password)
    if (running !== undefined) await stopUnlessUsed(running, ended, folder, binaries)
  })
}
