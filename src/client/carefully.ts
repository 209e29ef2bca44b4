/** Requests that must not be carried out twice, and yet be sent again when an answer was lost. */
import type { Job } from './documents.ts'
import { isProblem } from './errors.ts'
import { documentOf, exchange, type Line } from './exchange.ts'

/** Has a job run again, once, as it stands now. */
export async function runAgain(line: Line, self: string): Promise<Job> {
  // A proxy that compresses makes it a weak one, by which nothing may be changed.
  const etag = await exchange(line, self, {}, ({ headers }) => headers.get('etag')?.replace(/^W\//, ''))
  // Or a second try, after a first whose answer was lost, could run again what has ended again by then.
  const headers: Record<string, string> = etag === undefined ? {} : { 'If-Match': etag }
  try {
    return await exchange(line, `${self}/retry`, { method: 'POST', headers }, documentOf<Job>)
  } catch (error) {
    const isOver = isProblem(error, 'job-not-terminal') || isProblem(error, 'precondition-failed')
    if (!isOver || !error.doubtful) throw error
    return exchange(line, self, {}, documentOf<Job>)
  }
}

export async function remove(line: Line, self: string): Promise<void> {
  try {
    await exchange(line, self, { method: 'DELETE' }, () => undefined)
  } catch (error) {
    // Gone: by an earlier try whose answer was lost.
    if (!isProblem(error, 'job-expired') || !error.doubtful) throw error
  }
}
