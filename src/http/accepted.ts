/** The 202: accepted, durable, and here is where to look (RFC 9110 §15.3.3). */
import type { Response } from 'express'
import type { KnownTask } from '../job/catalogue.ts'
import type { Job } from '../job/job.ts'
import { jobDocument } from './representation.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { sendJson } from './send.ts'
import type { Urls } from './urls.ts'

export function sendAccepted(res: Response, urls: Urls, job: Job, task: KnownTask | undefined): void {
  const monitor = urls.job(job.id)
  res.set({
    Location: monitor,
    // The body is the monitor's representation, not that of what was posted to (RFC 9110 §8.7).
    'Content-Location': monitor,
    Link: `<${monitor}>; rel="monitor"`,
    'Cache-Control': 'no-store',
  })
  setRetryAfter(res, job, task)
  sendJson(res, 202, jobDocument(job, urls))
}

/** On everything that says a job is not done yet; absent once it is. */
export function setRetryAfter(res: Response, job: Job, task: KnownTask | undefined): void {
  const seconds = retryAfterSeconds(job, task)
  if (seconds !== undefined) res.set('Retry-After', String(seconds))
}
