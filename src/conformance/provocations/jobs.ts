/** Requests to refuse for the job they are about. */
import { randomUUID } from 'node:crypto'
import { unknownLike, withLastSegment } from '../other-job.ts'
import type { Target } from '../target.ts'
import { asking, known, type Jobs, type Provocation } from './provocation.ts'

const gone = (_: Target, { ended, gone: job }: Jobs) => job ?? ended.job
const linkOf =
  (job: 'ended' | 'active' | 'failed', name: 'resultLink' | 'cancelLink') => (target: Target, jobs: Jobs) => {
    // Of the document that came with the 202: a link to cancel may be gone later.
    const { document, job: address } = jobs[job] ?? jobs.ended
    return target.link(document, name, address)
  }

export const JOBS: readonly Provocation[] = [
  {
    cause: 'GET of an unknown job',
    expected: [404],
    slug: 'job-not-found',
    provoke: asking((_, { ended }) => unknownLike(ended.job)),
  },
  {
    cause: 'GET of what cannot be a job',
    expected: [404],
    slug: 'job-not-found',
    provoke: asking((_, { ended }) => withLastSegment(ended.job, 'zzz')),
  },
  {
    cause: 'HEAD of an unknown job',
    expected: [404],
    provoke: asking((_, { ended }) => unknownLike(ended.job), { method: 'HEAD' }),
  },
  {
    cause: 'GET of a result that is not there yet',
    expected: [404],
    slug: 'result-not-ready',
    needs: ['result', 'job that waits'],
    provoke: asking(linkOf('active', 'resultLink')),
  },
  {
    cause: 'GET of the result of a failed job',
    expected: [404],
    slug: 'result-not-available',
    needs: ['result', 'job that failed'],
    provoke: asking(linkOf('failed', 'resultLink')),
  },
  {
    cause: 'a method that no job has',
    expected: [405],
    slug: 'method-not-allowed',
    provoke: asking(known, { method: 'PATCH', body: {} }),
  },
  {
    cause: 'cancelling a completed job',
    expected: [409],
    slug: 'job-already-terminal',
    needs: ['cancel'],
    provoke: asking(linkOf('ended', 'cancelLink'), { method: 'POST' }),
  },
  {
    cause: 'deleting a job that has not ended',
    expected: [409],
    slug: 'job-not-terminal',
    needs: ['delete', 'job that waits'],
    provoke: asking((_, { active, ended }) => (active ?? ended).job, { method: 'DELETE' }),
  },
  {
    cause: 'GET of a job that was deleted',
    expected: [410, 404],
    needs: ['job that is gone'],
    provoke: asking(gone),
  },
  {
    cause: 'cancelling a job that is not as expected',
    expected: [412],
    slug: 'precondition-failed',
    needs: ['conditional', 'cancel', 'job that waits'],
    provoke: asking(linkOf('active', 'cancelLink'), { method: 'POST', headers: { 'If-Match': '"other"' } }),
  },
  {
    cause: 'an Idempotency-Key used for something else',
    expected: [422],
    slug: 'idempotency-key-reused',
    needs: ['idempotency'],
    provoke: async (target, { ended }, headers) => {
      const key = { 'Idempotency-Key': `"${randomUUID()}"` }
      await target.post('ok', { unique: ended.unique, headers: key })
      return target.post('ok', { headers: { ...key, ...headers } })
    },
  },
]
