/** The result of a job on its own, with its own media type. */
import type { Request, Response } from 'express'
import { expectUnchanged, findOwnJob } from '../commands/own-job.ts'
import { JobError } from '../job/errors.ts'
import type { FileResult } from '../job/file-result.ts'
import type { Job } from '../job/job.ts'
import { isTerminal } from '../job/status.ts'
import { findResult, type StoredResult } from '../store/jobs.ts'
import { codingFor } from './content-coding.ts'
import type { HttpContext } from './context.ts'
import { HttpError } from './http-error.ts'
import { wantedBy } from './job.ts'
import { sendRepresentation } from './send.ts'
import { setSunset } from './sunset.ts'

export function resultHandler(context: HttpContext) {
  const { deps, tags, forecasts } = context
  return async (req: Request, res: Response): Promise<void> => {
    const wanted = wantedBy(context, req, res)
    const job = await findOwnJob(deps, wanted)
    const stored = job.status === 'completed' ? await findResult(deps.db, job.id) : undefined
    if (!stored) throw noResult(job)
    expectUnchanged(job, wanted)
    const { mediaType = 'application/json' } = stored
    if (!req.accepts(mediaType)) throw new HttpError('not-acceptable', `The result is ${mediaType}`)
    const coding = codingFor(req, job.resultBytes ?? 0, mediaType)
    const etag = tags.of(job, coding)
    res.set({ ETag: etag, 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding' })
    setSunset(res, job)
    await sendRepresentation(req, res, { etag, coding, mediaType, text: () => content(res, stored) })
  }

  function noResult(job: Job): JobError {
    // Deleted since it was read.
    if (job.status === 'completed') return new JobError('job-expired', 'The job was deleted')
    if (isTerminal(job.status)) {
      const why = job.status === 'canceled' ? 'was canceled' : 'has failed'
      return new JobError('result-not-available', `The job ${why}, so it has no result`, { jobId: job.id })
    }
    const retryAfterSeconds = forecasts.retryAfter(job)
    return new JobError('result-not-ready', `The job is ${job.status}; its result is not ready yet`, {
      jobId: job.id,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  }
}

function content(res: Response, { text, mediaType }: StoredResult): string | Buffer {
  if (mediaType === undefined) return text
  const file = JSON.parse(text) as FileResult
  // Never shown in place: a page of somebody's making would run as one of ours.
  res.attachment(safeName(file.fileName))
  return file.text === undefined ? Buffer.from(file.base64 ?? '', 'base64') : Buffer.from(file.text)
}

/** A bare name: no folder to climb out of, nothing that ends the header line or hides the file. */
function safeName(given: string): string {
  const bare = given
    .toWellFormed()
    .replace(/^.*[/\\]/s, '')
    .replaceAll(/[\p{Cc}\p{Cf}"]/gu, '_')
    .replace(/^\.+/, '')
  return bare === '' ? 'result' : bare
}
