/** Who may log in: one user, whose password lies beside the data. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedPostgresError } from './error.ts'
import { giveTo } from './user.ts'

export const USER = 'acceptd'

export function writePassword(folder: DataFolder): void {
  const password = randomBytes(24).toString('base64url')
  rmSync(folder.password, { force: true })
  writeFileSync(folder.password, password, { flag: 'wx', mode: 0o600, flush: true })
  giveTo(folder.user, folder.password)
}

export function readPassword(folder: DataFolder): string {
  if (existsSync(folder.password)) return readFileSync(folder.password, 'utf8').trim()
  throw new EmbeddedPostgresError(
    `The file ${folder.password}, which opens the data beside it, is missing`,
    `Put it back, move ${folder.cluster} away to begin anew`,
  )
}

/** By TCP; through a socket file in `folder`, where one is given. */
export function urlOf(port: number, password: string, folder?: string): string {
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`
  // As libpq has it: the parameter goes before the host.
  return folder === undefined ? url : `${url}?host=${encodeURIComponent(folder)}`
}
