/** The last one out stops the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Client } from 'pg'
import type { Attached } from './attach.ts'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { PRESENCE } from './connect.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'
import { lookUntil } from './look.ts'
import { isAlive, readPostmaster, type Postmaster } from './postmaster-file.ts'
import { spawnAs } from './user.ts'

// Connections closed just now, such as our caller's pools, stay listed for some milliseconds; on a busy machine, longer.
const LINGER_SECONDS = 5

// A fast shutdown first writes everything to disk.
const STOP_SECONDS = 60

/**
 * Only for the holder of the lock, so that nobody joins between the count and the stop.
 * @param ended the server process of the presence that our caller has just ended
 */
export async function stopUnlessUsed(
  { postmaster, client }: Attached,
  ended: number | undefined,
  folder: DataFolder,
  binaries: Binaries,
): Promise<void> {
  // A server that died while we were asking needs no stopping.
  const alone = await isAlone(client, ended).catch(() => false)
  await client.end()
  if (alone) await stopServer(postmaster, folder, binaries)
}

/** Whoever leaves waits here, under the lock, until its presence is no longer listed: those that are listed are there. */
async function isAlone(client: Client, ended: number | undefined): Promise<boolean> {
  const answer = await lookUntil(LINGER_SECONDS, async () => {
    const { rows } = await client.query<{ pid: number; presence: boolean }>(
      `select pid, application_name = $1 as presence from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      [PRESENCE],
    )
    if (rows.some(({ pid }) => pid === ended)) return undefined
    if (rows.some(({ presence }) => presence)) return 'others'
    return rows.length === 0 ? 'alone' : undefined
  })
  return answer === 'alone'
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
