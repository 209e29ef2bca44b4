/** When something will be gone: a job that has ended (RFC 8594 §1.1), a task that is deprecated. */
import type { Response } from 'express'
import type { Job } from '../job/job.ts'

/** Not Expires, which is about freshness: a cache could then serve a status document until that time. */
export function setSunset(res: Response, { expiresAt }: Job): void {
  if (expiresAt) res.set('Sunset', expiresAt.toUTCString())
}
