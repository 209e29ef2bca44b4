/** Clients that wait for recorded jobs and come back exactly when they were told to, on a clock that is only a number. */
import {
  forecastFrom,
  secondsUntilNextLook,
  typicalDuration,
  wholeSeconds,
  type Forecast,
  type Situation,
} from '../../src/job/forecast.ts'
import { randomFrom, type RecordedJob, type Recording } from './recorded-jobs.ts'

/** What the answer to the nth request, from 0, says: seconds to wait. */
export type Policy = (job: RecordedJob, now: number, nth: number) => number

export interface Figures {
  /** Per job, the last one, which sees the end, included. */
  readonly polls: number
  readonly meanLateness: number
  readonly p95Lateness: number
}

export const everySeconds =
  (seconds: number): Policy =>
  () =>
    seconds

/** What careful clients do by themselves: 1, 2, 4, … up to 60 seconds. */
export const doubling: Policy = (_job, _now, nth) => Math.min(60, 2 ** nth)

export function simulate({ jobs }: Recording, policy: Policy): Figures {
  let polls = 0
  const lateness = jobs.map((job) => {
    let now = job.submittedAt
    for (let nth = 0; now < job.endedAt; nth++) {
      now += policy(job, now, nth)
      polls++
    }
    return now - job.endedAt
  })
  const sorted = lateness.toSorted((a, b) => a - b)
  return {
    polls: polls / jobs.length,
    meanLateness: lateness.reduce((sum, seconds) => sum + seconds, 0) / jobs.length,
    p95Lateness: Number(sorted[Math.ceil(0.95 * jobs.length) - 1]),
  }
}

// As many as a task's row remembers.
const KEPT = 100

/** What a server says that has seen end what had ended by now, and nothing else. */
export function learned(recording: Recording, typicalSeconds: number, seed: number): Policy {
  const random = randomFrom(seed)
  const ended = recording.jobs.toSorted((a, b) => a.endedAt - b.endedAt)
  const known = new Map<number, { readonly forecast: Forecast; readonly typical: number }>()
  const knownAfter = (count: number) => {
    const before = known.get(count)
    if (before) return before
    const seen = ended.slice(Math.max(0, count - KEPT), count).toReversed()
    const runs = seen.map((job) => job.endedAt - job.startedAt)
    const waits = seen.map((job) => job.startedAt - job.submittedAt)
    const experience = { runs, waits, typicalSeconds }
    const learnt = { forecast: forecastFrom(experience), typical: typicalDuration(experience) }
    known.set(count, learnt)
    return learnt
  }
  return (job, now) => {
    const { forecast, typical } = knownAfter(ended.filter(({ endedAt }) => endedAt <= now).length)
    const situation =
      now < job.startedAt
        ? { phase: 'pending' as const, dueInSeconds: 0, aheadSeconds: ahead(recording, job, now, typical) }
        : running(job, now - job.startedAt)
    return wholeSeconds(secondsUntilNextLook(forecast, situation), situation, random)
  }
}

/** Typical runs of those before it and half a one of those that run, shared by the slots. */
function ahead({ jobs, slots }: Recording, job: RecordedJob, now: number, typical: number): number {
  const before = jobs.filter(({ submittedAt }) => submittedAt < job.submittedAt)
  const atWork = before.filter(({ startedAt, endedAt }) => startedAt <= now && now < endedAt).length
  if (atWork < slots) return 0
  const queued = before.filter(({ startedAt }) => startedAt > now).length
  return ((queued + atWork / 2) * typical) / slots
}

/** Progress is stored once a second. */
function running({ progressAfter }: RecordedJob, elapsedSeconds: number): Situation {
  const reportedAfter = Math.floor(elapsedSeconds)
  const progress = progressAfter?.(reportedAfter)
  return { phase: 'running', elapsedSeconds, progress, progressAgeSeconds: elapsedSeconds - reportedAfter }
}
