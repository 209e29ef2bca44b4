/** The last one out stops the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Client } from 'pg'
import type { Attached } from './attach.ts'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'
import { lookUntil } from './look.ts'
import { isAlive, readPostmaster, type Postmaster } from './postmaster-file.ts'
import { spawnAs } from './user.ts'

// Connections closed just now, such as our caller's pools, stay listed for some milliseconds.
const LINGER_SECONDS = 0.5

// A fast shutdown first writes everything to disk.
const STOP_SECONDS = 60

/** Only for the holder of the lock, so that nobody joins between the count and the stop. */
export async function stopUnlessUsed(
  { postmaster, client }: Attached,
  folder: DataFolder,
  binaries: Binaries,
): Promise<void> {
  // A server that died while we were asking needs no stopping.
  const alone = await isAlone(client).catch(() => false)
  await client.end()
  if (alone) await stopServer(postmaster, folder, binaries)
}

async function isAlone(client: Client): Promise<boolean> {
  const alone = await lookUntil(LINGER_SECONDS, async () => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    )
    return rows.length === 0 ? true : undefined
  })
  return alone === true
}

export async function stopServer(
  postmaster: Postmaster,
  folder: DataFolder,
  binaries: Binaries,
): Promise<void> {
  // A signal on Windows is a kill; pg_ctl knows the polite way, but refuses to run as root.
  if (process.platform === 'win32') {
    const stop = ['stop', '--mode', 'fast', '--pgdata', folder.cluster]
    await promisify(execFile)(binaries.pgCtl, stop, { ...spawnAs(folder.user), windowsHide: true })
  } else {
    interrupt(postmaster.pid)
  }
  // Its file goes last. The process may stay as a zombie where nobody collects it, as in many containers.
  const gone = await lookUntil(STOP_SECONDS, () =>
    readPostmaster(folder.cluster)?.pid !== postmaster.pid || !isAlive(postmaster.pid) ? true : undefined,
  )
  if (gone === true) return
  throw new EmbeddedPostgresError(
    `Postgres (process ${postmaster.pid}) has not stopped within ${STOP_SECONDS} seconds; its log is ${folder.log}`,
    'Wait until it has',
  )
}

/** What Postgres calls a fast shutdown. */
function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error // died in this very moment
  }
}
