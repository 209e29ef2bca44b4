/** One process at a time may make, start, join or leave the server of a data folder. */
import { DatabaseSync } from 'node:sqlite'
import { EmbeddedPostgresError, reasonOf } from './error.ts'
import { lookUntil } from './look.ts'

// Longer than the slowest thing done under the lock: initdb, and up to a minute of crash recovery.
const PATIENCE_SECONDS = 120

const SQLITE_BUSY = 5

/**
 * The lock is SQLite's lock on an empty file: the only one that Node can take on every platform and that the operating
 * system itself drops when its holder is killed. A file with a process id in it cannot be told from a stale one whose
 * number was given out again, and removing a stale one races with whoever else does so.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const database = open(file)
  try {
    const taken = await lookUntil(PATIENCE_SECONDS, () => take(database, file))
    if (taken === undefined) {
      throw new EmbeddedPostgresError(
        `Another process has held ${file} for ${PATIENCE_SECONDS} seconds`,
        'End the process that is stuck',
      )
    }
    return await work()
  } finally {
    database.close()
  }
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 })
  } catch (cause) {
    throw cannotLock(file, cause)
  }
}

function take(database: DatabaseSync, file: string): true | undefined {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (cause) {
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) return undefined
    throw cannotLock(file, cause)
  }
}

function cannotLock(file: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The file ${file} cannot be locked (${reasonOf(cause)})`,
    'Remove that file',
    { cause },
  )
}
