/** The database cluster on disk: made when missing, refused when it cannot be served. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError } from './error.ts'
import { clearUnfinished, initialise } from './initialise.ts'

/** Only for the holder of the lock. */
export async function openCluster(folder: DataFolder, binaries: Binaries): Promise<void> {
  const { cluster } = folder
  const version = path.join(cluster, 'PG_VERSION')
  if (existsSync(version)) refuseOtherMajor(cluster, readFileSync(version, 'utf8').trim(), binaries.major)
  else if (existsSync(cluster) && readdirSync(cluster).length > 0) throw notACluster(cluster)
  else await initialise(folder, binaries)
  clearUnfinished(folder)
}

function refuseOtherMajor(cluster: string, theirs: string, ours: string): void {
  if (theirs === ours) return
  throw new EmbeddedPostgresError(
    `The data in ${cluster} was written by Postgres ${theirs}, but the bundled one is ${ours}`,
    `Move that folder away to begin anew, dump it with Postgres ${theirs} and load the dump`,
  )
}

function notACluster(cluster: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The folder ${cluster} has files in it but no Postgres data`,
    'Move that folder away, set ACCEPTD_DATA_DIR to another folder',
  )
}
