/** postmaster.pid, in which a running server says who and where it is. */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { codeOf } from './error.ts'

export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
  /** The folder it serves, as it was called when it started. */
  readonly cluster: string
}

/** What the file says, which may be long out of date. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  const lines = readLines(fileIn(cluster))
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined
  return { pid, port, cluster: lines[1] ?? '', ready: lines[7]?.trim() === 'ready' }
}

/** What the file says if the process it names could be this cluster's server. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const postmaster = readPostmaster(cluster)
  if (postmaster === undefined || !isAlive(postmaster.pid)) return undefined
  return isElsewhere(postmaster.cluster, cluster) ? undefined : postmaster
}

/**
 * Postgres will not start while the process in the file lives, even if its number has long been given to another
 * program. Only the number is put out of the way (no system hands out this one): from the rest of the file Postgres
 * sees for itself whether anybody still holds the shared memory of this cluster, should we be wrong.
 */
export function forgetProcess(cluster: string): void {
  const [, ...rest] = readLines(fileIn(cluster))
  writeFileSync(fileIn(cluster), ['2147483647', ...rest].join('\n'))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM' // somebody else's, but alive
  }
}

function fileIn(cluster: string): string {
  return path.join(cluster, 'postmaster.pid')
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** True for the copy of a folder whose original is served; false when the folder was moved under a running server. */
function isElsewhere(theirs: string, ours: string): boolean {
  try {
    return realpathSync(theirs) !== realpathSync(ours)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
