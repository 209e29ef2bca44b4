/** Makes a database cluster, so that there is either a whole one or none. */
import { execFile } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError, quote } from './error.ts'
import { USER, writePassword } from './login.ts'
import { giveTo, spawnAs } from './user.ts'

const UNFINISHED = 'postgres.new-'

/** Built aside and renamed. Never aside under the same name: the initdb of a killed process may still be writing. */
export async function initialise(folder: DataFolder, binaries: Binaries): Promise<void> {
  const aside = mkdtempSync(path.join(folder.root, UNFINISHED))
  giveTo(folder.user, aside)
  writePassword(folder)
  try {
    await runInitdb(folder, binaries, aside)
  } catch (error) {
    remove(aside)
    throw error
  }
  renameSync(aside, folder.cluster)
  flushFolder(folder.root)
}

/**
 * What initialisations cut short have left. Looked for at each start: the initdb of a killed process may go on writing for
 * a while, and then what it writes outlives its removal.
 */
export function clearUnfinished(folder: DataFolder): void {
  const unfinished = readdirSync(folder.root).filter((name) => name.startsWith(UNFINISHED))
  for (const name of unfinished) remove(path.join(folder.root, name))
}

async function runInitdb(folder: DataFolder, binaries: Binaries, into: string): Promise<void> {
  const login = [`--username=${USER}`, `--pwfile=${folder.password}`, '--auth=scram-sha-256']
  // Built in, so that text sorts the same on every machine, whatever its C library.
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const args = [`--pgdata=${into}`, ...login, ...text, '--no-instructions']
  try {
    await promisify(execFile)(binaries.initdb, args, { ...spawnAs(folder.user), windowsHide: true })
  } catch (cause) {
    const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
    throw new EmbeddedPostgresError(
      `Postgres could not initialise its data in ${folder.root}:${quote(stderr === '' ? String(cause) : stderr)}`,
      'Mend what it says, set ACCEPTD_DATA_DIR to another folder',
      { cause },
    )
  }
}

/** Else a power cut could undo the rename, and the next start would begin anew beside the committed data. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return // has no such call
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
