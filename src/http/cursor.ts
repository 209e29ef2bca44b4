/** The cursor of a list: where the last page ended, in a form that nobody is tempted to take apart. */
import { isJobId } from '../job/job.ts'
import { HttpError } from './http-error.ts'

export function encodeCursor(lastId: string): string {
  return Buffer.from(lastId.replaceAll('-', ''), 'hex').toString('base64url')
}

/** @throws HttpError invalid-parameter */
export function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!isJobId(id) || encodeCursor(id) !== cursor) {
    const parameters = [{ parameter: 'cursor', detail: 'Take it from `next` of the page before, unchanged' }]
    throw new HttpError('invalid-parameter', 'The cursor is not valid', { parameters })
  }
  return id
}
