/** A Postgres of a test's own, to be stopped, frozen and started again; nobody but the test does so. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { prepareBinaries } from '../../src/postgres/binaries.ts'
import { openCluster } from '../../src/postgres/cluster.ts'
import { openDataFolder } from '../../src/postgres/data-folder.ts'
import { findNative } from '../../src/postgres/find.ts'
import { readPassword, urlOf } from '../../src/postgres/login.ts'
import { isAlive } from '../../src/postgres/postmaster-file.ts'
import { startServer } from '../../src/postgres/start.ts'
import { until } from './until.ts'

export interface OwnPostgres {
  /** By TCP. The same after each start. */
  readonly url: string
  /** What Postgres calls them: immediate as after a crash, fast as by an administrator. */
  stop(how: 'immediate' | 'fast'): Promise<void>
  /** Where it does not run. */
  start(): Promise<void>
  /** SIGSTOP to every process of the server: connections stay, and nothing answers. */
  freeze(): void
  thaw(): void
  /** For good, with all that it held. */
  remove(): Promise<void>
}

const SIGNALS = { immediate: 'SIGQUIT', fast: 'SIGINT' } as const

/** @param port another than one that is free at first, such as one that no connection of others takes meanwhile */
export async function ownPostgres(root?: string, port?: number): Promise<OwnPostgres> {
  const parent = root ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-own-')))
  // Where root runs this, Postgres is somebody else.
  await fs.chmod(parent, 0o711)
  const systemFolder = path.join(parent, 'system')
  const folder = openDataFolder(path.join(parent, 'data'), systemFolder)
  const binaries = prepareBinaries(findNative(), folder.user, systemFolder)
  await openCluster(folder, binaries)
  let postmaster = await startServer(folder, binaries, port)
  let frozen: readonly number[] = []

  const thaw = () => {
    for (const pid of frozen) if (isAlive(pid)) process.kill(pid, 'SIGCONT')
    frozen = []
  }
  const stop = async (how: keyof typeof SIGNALS) => {
    thaw()
    if (!isAlive(postmaster.pid)) return
    process.kill(postmaster.pid, SIGNALS[how])
    await until('Postgres to stop', () => !isAlive(postmaster.pid))
  }
  return {
    url: urlOf(postmaster.port, readPassword(folder)),
    stop,
    async start() {
      if (isAlive(postmaster.pid)) return
      postmaster = await startServer(folder, binaries, postmaster.port)
    },
    freeze() {
      // The father first: he would start new ones.
      process.kill(postmaster.pid, 'SIGSTOP')
      frozen = [postmaster.pid]
      const children = execFileSync('pgrep', ['-P', String(postmaster.pid)], { encoding: 'utf8' })
      frozen = [postmaster.pid, ...children.trim().split('\n').map(Number)]
      for (const pid of frozen) if (isAlive(pid)) process.kill(pid, 'SIGSTOP')
    },
    thaw,
    async remove() {
      await stop('immediate')
      await fs.rm(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
