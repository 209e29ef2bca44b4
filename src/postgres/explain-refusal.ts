/** What the file system refuses to us, told as a sentence about the data folder. */
import path from 'node:path'
import { codeOf, EmbeddedPostgresError } from './error.ts'

const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS'])
const UNUSABLE = new Set(['EDQUOT', 'EEXIST', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOSPC', 'ENOTDIR'])

/** Any other error is answered as it is. */
export function explainRefusal(asked: string, error: unknown): unknown {
  const code = codeOf(error) ?? ''
  const folder = path.resolve(asked)
  const message = error instanceof Error ? error.message : String(error)
  if (REFUSALS.has(code)) {
    return new EmbeddedPostgresError(
      `The data folder ${folder} cannot be written to (${message})`,
      'Give this user the permission, set ACCEPTD_DATA_DIR to another folder',
      { cause: error },
    )
  }
  if (UNUSABLE.has(code)) {
    return new EmbeddedPostgresError(
      `The data folder ${folder} cannot be used (${message})`,
      'Set ACCEPTD_DATA_DIR to another folder',
      { cause: error },
    )
  }
  return error
}
