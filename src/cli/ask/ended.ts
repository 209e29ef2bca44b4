/** A job that has ended, told to a person: nothing where it completed, else why it has no result, and what to do. */
import type { Job } from '../../client/client.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { note } from '../output.ts'
import { printable } from '../printable.ts'
import type { Api } from './api.ts'

/**
 * Returns the exit code.
 * @param isSaid the last line has said already why it failed
 */
export function tellEnd(api: Api, job: Job, isSaid = false): number {
  const id = printable(job.id)
  if (job.status === 'canceled') note(`Job ${id} was canceled. To run it again: ${api.command('retry', id)}`)
  if (job.status === 'failed') {
    const { code = 'task-failed', detail = 'The job failed' } = job.error ?? {}
    note(`Job ${id} failed${isSaid ? '.' : `: ${printable(detail)} (${printable(code)})`}`)
    note(`  What was tried:    ${api.command('attempts', id)}`)
    note(`  To run it again:   ${api.command('retry', id)}${job.error?.retryable === false ? HOPELESS : ''}`)
  }
  return exitCodeOf(job)
}

const HOPELESS = '  (which is of no use before its cause is mended)'
