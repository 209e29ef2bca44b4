/** Starts the server in the background, where neither Ctrl-C nor the end of this process reaches it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { notReady, READY_SECONDS } from './attach.ts'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError, quote } from './error.ts'
import { lookUntil } from './look.ts'
import { freePort } from './port.ts'
import { findPostmaster, forgetProcess, isAlive, readPostmaster, type Postmaster } from './postmaster-file.ts'
import { socketFolder } from './socket.ts'
import { giveTo, spawnAs } from './user.ts'

// Somebody was faster to take the port, or processes of a killed server are still on their way out.
const PASSING = /Address already in use|is still in use/
const PASSING_SECONDS = 10

/**
 * Only for the holder of the lock, when no server runs.
 * @param samePort where it must be: programs that outlived the server look for it there
 */
export async function startServer(
  folder: DataFolder,
  binaries: Binaries,
  samePort?: number,
): Promise<Postmaster> {
  const previous = readPostmaster(folder.cluster)
  if (previous !== undefined && isAlive(previous.pid)) forgetProcess(folder.cluster)
  // After a crash on the same port again, for other programs that outlived it.
  let port = samePort ?? (await freePort(previous?.port))
  let failure: Error = notReady(folder)
  const started = await lookUntil(PASSING_SECONDS, async () => {
    try {
      return await launch(folder, binaries, port)
    } catch (error) {
      if (!(error instanceof Error && PASSING.test(error.message))) throw error
      failure = error
      port = samePort ?? (await freePort(port))
      return undefined
    }
  })
  if (started === undefined) throw failure
  return started
}

async function launch(folder: DataFolder, binaries: Binaries, port: number): Promise<Postmaster> {
  const logged = existsSync(folder.log) ? statSync(folder.log).size : 0
  const server = spawnServer(folder, binaries, port)
  const outcome = await lookUntil(READY_SECONDS, () => {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return 'ended'
    const postmaster = readPostmaster(folder.cluster)
    return postmaster?.ready === true && postmaster.pid === server.pid ? postmaster : undefined
  })
  if (outcome === undefined) throw notReady(folder)
  if (outcome !== 'ended') return outcome
  // A server on its way up, whose starter was killed before it had said in its file that it exists.
  const rival = findPostmaster(folder.cluster)
  if (rival !== undefined) return rival
  const lines = readFileSync(folder.log).subarray(logged).toString()
  throw new EmbeddedPostgresError(
    `Postgres ended while starting. The last lines of ${folder.log} are:${quote(lines)}`,
    `Mend what they say, move ${folder.cluster} away to begin anew`,
  )
}

function spawnServer(folder: DataFolder, binaries: Binaries, port: number): ChildProcess {
  const log = openSync(folder.log, 'a', 0o600)
  giveTo(folder.user, folder.log)
  // TCP as well: for those who look in with a tool of their own, and where there can be no socket file.
  const address = ['-h', '127.0.0.1', '-p', String(port), '-k', socketFolder(folder.cluster) ?? '']
  // Several processes with a pool each; an idle slot costs next to nothing.
  const settings = ['-c', 'max_connections=200']
  const server = spawn(binaries.postgres, ['-D', folder.cluster, ...address, ...settings], {
    ...spawnAs(folder.user),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  server.on('error', () => undefined) // seen by its missing process id
  server.unref()
  return server
}
