/** How long a client should wait before it asks again (Retry-After, RFC 9110 §10.2.3). The one home of that number. */
import { secondsUntilNextLook, wholeSeconds, type Forecast, type Situation } from '../job/forecast.ts'
import type { Job } from '../job/job.ts'
import { isTerminal } from '../job/status.ts'

export interface Known {
  /** What is queued before the job; undefined where that is not known. */
  readonly aheadSeconds: number | undefined
  /** For how long nobody calls whom it calls. */
  readonly offSeconds?: number | undefined
}

/** Whole seconds, or undefined for a job that has ended: there is nothing left to wait for. */
export function retryAfterSeconds(
  job: Job,
  forecast: Forecast,
  { aheadSeconds, offSeconds = 0 }: Known,
  jitter: number = jitterOf(job),
): number | undefined {
  if (isTerminal(job.status)) return undefined
  const situation = situationOf(job, aheadSeconds, offSeconds)
  return wholeSeconds(secondsUntilNextLook(forecast, situation), situation, () => jitter)
}

/**
 * From 0 to 1, another for each job, so that clients which came together do not return together; and for one job always
 * the same, so that HEAD says what GET says (RFC 9110 §9.3.2). The id is random to begin with.
 */
function jitterOf({ id }: Job): number {
  return Number.parseInt(id.slice(0, 8), 16) / 2 ** 32
}

/** By the database's clock alone: those of the API and of the worker may differ. */
function situationOf(job: Job, aheadSeconds: number | undefined, offSeconds: number): Situation {
  const { status, startedAt, readAt, runAt, updatedAt, progress } = job
  if (status !== 'running' || !startedAt) {
    const [dueInSeconds, overdueSeconds] = [secondsBetween(readAt, runAt), secondsBetween(runAt, readAt)]
    // Whatever it is due: whom it calls is not to be called before that.
    return {
      phase: 'pending',
      dueInSeconds: Math.max(dueInSeconds, offSeconds),
      overdueSeconds,
      aheadSeconds,
    }
  }
  const elapsedSeconds = secondsBetween(startedAt, readAt)
  return { phase: 'running', elapsedSeconds, progress, progressAgeSeconds: secondsBetween(updatedAt, readAt) }
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000)
}
