/** How long a client should wait before it asks again (Retry-After, RFC 9110 §10.2.3). The one home of that number. */
import type { KnownTask } from '../job/catalogue.ts'
import type { Job } from '../job/job.ts'
import { isTerminal } from '../job/status.ts'

// Under a second is not to be said in the header; over a minute a client would learn of the end too late.
const MIN_SECONDS = 1
const MAX_SECONDS = 60
// For a job that cannot start before a known time, longer is harmless: nothing will have happened.
const MAX_DELAY_SECONDS = 3600

// A third of what is left: the client comes back a few times, ever closer, and sees the end soon after it happens.
const SHARE_OF_REST = 1 / 3

/** Whole seconds, or undefined for a job that has ended: there is nothing left to wait for. */
export function retryAfterSeconds(job: Job, task: KnownTask | undefined): number | undefined {
  if (isTerminal(job.status)) return undefined
  const untilDue = secondsBetween(job.readAt, job.runAt)
  if (job.status === 'pending' && untilDue > MIN_SECONDS) return clamp(untilDue, MAX_DELAY_SECONDS)
  const typical = task?.typicalSeconds ?? MIN_SECONDS
  const elapsed = job.status === 'running' && job.startedAt ? secondsBetween(job.startedAt, job.readAt) : 0
  // Past its usual time nobody knows: then as long again as it has taken so far, in thirds.
  const rest = elapsed < typical ? typical - elapsed : elapsed
  return clamp(rest * SHARE_OF_REST, MAX_SECONDS)
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000
}

function clamp(seconds: number, max: number): number {
  return Math.min(max, Math.max(MIN_SECONDS, Math.ceil(seconds)))
}
