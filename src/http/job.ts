/** One job: its document, conditional and patient; cancel, retry, delete. */
import type { Request, Response } from 'express'
import { cancelJob } from '../commands/cancel-job.ts'
import { deleteJob } from '../commands/delete-job.ts'
import { expectUnchanged, findOwnJob, type Wanted } from '../commands/own-job.ts'
import { retryJob } from '../commands/retry-job.ts'
import type { Job } from '../job/job.ts'
import { isTerminal } from '../job/status.ts'
import { sendAccepted, setRetryAfter } from './accepted.ts'
import { codingFor } from './content-coding.ts'
import type { HttpContext } from './context.ts'
import { isUnchanged } from './etag.ts'
import { urlsOf } from './place.ts'
import { markApplied, preferencesOf } from './prefer.ts'
import { principalOf } from './principal.ts'
import { noParameters, queryOf } from './query.ts'
import { stopping } from '../commands/stopping.ts'
import { jobDocument } from './representation.ts'
import { sendJson, sendRepresentation } from './send.ts'
import { setSunset } from './sunset.ts'

/** The job that a request names, and what it expects of it. */
export function wantedBy({ tags }: HttpContext, req: Request, res: Response): Wanted {
  queryOf(noParameters, req)
  const isExpected = tags.expectation(req)
  return { principal: principalOf(res), id: String(req.params['id']), ...(isExpected ? { isExpected } : {}) }
}

export function jobHandlers(context: HttpContext) {
  const { deps, catalogue, tags, forecasts } = context
  return { read, cancel, retry, remove }

  async function read(req: Request, res: Response): Promise<void> {
    const { job, wanted } = await current(req, res)
    expectUnchanged(job, wanted)
    const coding = codingOf(req, job)
    const etag = tags.of(job, coding)
    res.set({
      ETag: etag,
      'Cache-Control': 'private, no-cache',
      // Of a preference that would change the answer, whether or not it was sent (RFC 7240 §2).
      Vary: 'Accept-Encoding, Prefer',
    })
    setRetryAfter(res, forecasts.retryAfter(job))
    setSunset(res, job)
    const text = () => JSON.stringify(jobDocument(job, urlsOf(res)))
    await sendRepresentation(req, res, { etag, coding, text })
  }

  /** The job as it is; after a while, where the client would rather wait for its end, or for any change to what it has. */
  async function current(req: Request, res: Response): Promise<{ job: Job; wanted: Wanted }> {
    const wanted = wantedBy(context, req, res)
    const find = () => findOwnJob(deps, wanted)
    const { waitSeconds } = preferencesOf(req)
    if (waitSeconds === undefined) return { job: await find(), wanted }
    const conditional = req.get('If-None-Match') !== undefined
    const isEnough = (job: Job) =>
      isTerminal(job.status) || (conditional && !isUnchanged(req, tags.of(job, codingOf(req, job))))
    const { job, waited } = await context.waits.until(res, {
      id: wanted.id,
      read: find,
      isEnough,
      seconds: waitSeconds,
    })
    if (waited) markApplied(res, { waitSeconds })
    return { job, wanted }
  }

  function codingOf(req: Request, job: Job) {
    return codingFor(req, job.result === undefined ? 0 : (job.resultBytes ?? 0))
  }

  async function cancel(req: Request, res: Response): Promise<void> {
    const job = await cancelJob(deps, wantedBy(context, req, res))
    // A running task is only being told; the monitor says how it ends.
    if (job.status !== 'canceled') return sendAccepted(context, res, job)
    const urls = urlsOf(res)
    res.set('Content-Location', urls.job(job.id))
    sendJson(res, 200, jobDocument(job, urls))
  }

  async function retry(req: Request, res: Response): Promise<void> {
    if (context.refusing.aborted) throw stopping()
    const job = await retryJob(deps, catalogue, wantedBy(context, req, res))
    sendAccepted(context, res, job)
  }

  async function remove(req: Request, res: Response): Promise<void> {
    await deleteJob(deps, wantedBy(context, req, res))
    res.status(204).end()
  }
}
