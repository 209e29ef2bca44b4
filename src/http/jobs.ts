/** Jobs: the list, the document, the result, the cancel. */
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { cancelJob } from '../commands/cancel-job.ts'
import { JobError } from '../job/errors.ts'
import { isJobId, type Job } from '../job/job.ts'
import { STATUSES } from '../job/status.ts'
import { findJob, findResult, listJobs, type JobFilter } from '../store/jobs.ts'
import { sendAccepted, setRetryAfter } from './accepted.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { jsonBody } from './json-body.ts'
import { principalOf } from './principal.ts'
import { noParameters, queryOf } from './query.ts'
import { jobDocument, listedJob } from './representation.ts'
import { resource, strictRouter } from './resource.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { sendJson, sendJsonText } from './send.ts'
import { submitToJobs, type Doors } from './submit.ts'

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  task: z.string().optional(),
  limit: z.coerce
    .number<string>()
    .pipe(z.int().min(1).max(100))
    .meta({ description: '20 unless given' })
    .optional(),
  cursor: z.string().meta({ description: 'From `next` of the page before' }).optional(),
})

export function jobsRouter(doors: Doors): Router {
  const { deps, catalogue, urls } = doors
  const router = strictRouter()

  resource(router, '/jobs', { get: list, post: [...jsonBody, (req, res) => submitToJobs(doors, req, res)] })
  resource(router, '/jobs/:id', { get: read })
  resource(router, '/jobs/:id/result', { get: readResult })
  resource(router, '/jobs/:id/cancel', { post: [cancel] })
  return router

  async function list(req: Request, res: Response): Promise<void> {
    const { limit = 20, cursor, status, task } = queryOf(listQuery, req)
    const filter: JobFilter = {
      // One more than asked for tells whether there is a next page, without a count.
      limit: limit + 1,
      ...(status ? { status } : {}),
      ...(task === undefined ? {} : { task }),
      ...(cursor === undefined ? {} : { before: decodeCursor(cursor) }),
    }
    const found = await listJobs(deps.db, principalOf(), filter)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const next = found.length > limit && last ? nextPage(req, last.id) : undefined
    res.set('Cache-Control', 'private, no-cache')
    if (next) res.set('Link', `<${next}>; rel="next"`)
    sendJson(res, 200, { items: page.map((job) => listedJob(job, urls)), ...(next ? { next } : {}) })
  }

  function nextPage(req: Request, lastId: string): string {
    const query = new URLSearchParams(req.query as Record<string, string>)
    query.set('cursor', encodeCursor(lastId))
    return urls.jobs(query)
  }

  async function read(req: Request, res: Response): Promise<void> {
    const job = await wanted(req)
    setRetryAfter(res, job, catalogue.get(job.task))
    res.set('Cache-Control', 'private, no-cache')
    sendJson(res, 200, jobDocument(job, urls))
  }

  async function readResult(req: Request, res: Response): Promise<void> {
    const job = await wanted(req)
    const text = job.status === 'completed' ? await findResult(deps.db, job.id) : undefined
    if (text === undefined) throw noResult(job)
    res.set('Cache-Control', 'private, no-cache')
    sendJsonText(res, 200, text)
  }

  function noResult(job: Job): JobError {
    const seconds = retryAfterSeconds(job, catalogue.get(job.task))
    if (seconds === undefined) {
      return new JobError(
        'result-not-available',
        `The job ${job.status === 'canceled' ? 'was canceled' : 'has failed'}, so it has no result`,
        {
          jobId: job.id,
        },
      )
    }
    const detail = `The job is ${job.status}; its result is not ready yet`
    return new JobError('result-not-ready', detail, { jobId: job.id, retryAfterSeconds: seconds })
  }

  async function cancel(req: Request, res: Response): Promise<void> {
    const { id } = await wanted(req)
    const job = await cancelJob(deps, principalOf(), id)
    // A running task is only being told; the monitor says how it ends.
    if (job.status !== 'canceled') return sendAccepted(res, urls, job, catalogue.get(job.task))
    res.set({ 'Content-Location': urls.job(id), 'Cache-Control': 'no-store' })
    sendJson(res, 200, jobDocument(job, urls))
  }

  /** Unknown, somebody else's and malformed ids get one and the same answer, so that it tells nothing. */
  async function wanted(req: Request): Promise<Job> {
    queryOf(noParameters, req)
    const id = String(req.params['id'])
    const job = isJobId(id) ? await findJob(deps.db, principalOf(), id) : undefined
    if (!job) throw new JobError('job-not-found', 'There is no such job')
    return job
  }
}
