/** Finds out whether the server that postmaster.pid speaks of is really there, by logging in. */
import { DatabaseError, type Client } from 'pg'
import { connect } from './connect.ts'
import type { DataFolder } from './data-folder.ts'
import { codeOf, EmbeddedPostgresError, reasonOf } from './error.ts'
import { lookUntil } from './look.ts'
import { findPostmaster, type Postmaster } from './postmaster-file.ts'

export interface Attached {
  readonly postmaster: Postmaster
  readonly client: Client
}

// Replaying the log of a busy server after a crash can take this long.
export const READY_SECONDS = 60

// A server refuses connections for some milliseconds when it starts and stops; longer, and its process id is stale.
const REFUSED_SECONDS = 1

// admin_shutdown, crash_shutdown, cannot_connect_now: not yet, or no longer.
const PASSING = new Set(['57P01', '57P02', '57P03'])

/** Only for the holder of the lock. Undefined when no server runs. */
export async function attach(folder: DataFolder, password: string): Promise<Attached | undefined> {
  let refusedAt: number | undefined
  const answer = await lookUntil(READY_SECONDS, async () => {
    const postmaster = findPostmaster(folder.cluster)
    if (postmaster === undefined) return 'absent'
    try {
      return { postmaster, client: await connect(postmaster.port, password) }
    } catch (error) {
      if (error instanceof DatabaseError && !PASSING.has(error.code ?? ''))
        throw refused(folder, postmaster, error)
      if (codeOf(error) !== 'ECONNREFUSED') return undefined
      refusedAt ??= performance.now()
      return performance.now() - refusedAt > REFUSED_SECONDS * 1000 ? 'absent' : undefined
    }
  })
  if (answer === undefined) throw notReady(folder)
  return answer === 'absent' ? undefined : answer
}

function refused(folder: DataFolder, postmaster: Postmaster, cause: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The Postgres of ${folder.root} (process ${postmaster.pid}) does not let us in: ${reasonOf(cause)}`,
    `Put the right password into ${folder.password}, end that process`,
    { cause },
  )
}

export function notReady(folder: DataFolder): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Postgres is not ready after ${READY_SECONDS} seconds; its log is ${folder.log}`,
    'Try again in a while (it may be recovering from a crash)',
  )
}
