/** The 202: accepted, durable, and here is where to look (RFC 9110 §15.3.3). */
import type { Response } from 'express'
import type { Job } from '../job/job.ts'
import type { HttpContext } from './context.ts'
import { urlsOf } from './place.ts'
import { jobDocument, minimalJob } from './representation.ts'
import { sendJson } from './send.ts'

export interface AcceptedOptions {
  readonly minimal?: boolean
}

export function sendAccepted(
  { forecasts }: HttpContext,
  res: Response,
  job: Job,
  { minimal = false }: AcceptedOptions = {},
): void {
  const urls = urlsOf(res)
  pointTo(res, urls.job(job.id))
  setRetryAfter(res, forecasts.retryAfter(job))
  sendJson(res, 202, minimal ? minimalJob(job, urls) : jobDocument(job, urls))
}

/** The job has ended while the client waited: 200 and what came of it (RFC 7240 §4.3). */
export function sendEnded(res: Response, job: Job, { minimal = false }: AcceptedOptions = {}): void {
  const urls = urlsOf(res)
  pointTo(res, urls.job(job.id))
  sendJson(res, 200, minimal ? minimalJob(job, urls) : jobDocument(job, urls))
}

/** On everything that says a job is not done yet; absent once it is. */
export function setRetryAfter(res: Response, seconds: number | undefined): void {
  if (seconds !== undefined) res.setHeader('Retry-After', String(seconds))
}

function pointTo(res: Response, monitor: string): void {
  res.setHeader('Location', monitor)
  // The body is the monitor's representation, not that of what was posted to (RFC 9110 §8.7).
  res.setHeader('Content-Location', monitor)
  res.append('Link', `<${monitor}>; rel="monitor"`)
}
