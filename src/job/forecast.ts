/** When a client that waits for a job should look again, from what is known of the job and of those before it. */
import { pollSchedule, secondsToNextLook, type PollSchedule } from './poll-schedule.ts'
import { ENOUGH_RUNS } from './survival.ts'

export interface Experience {
  /** How long completed attempts ran, in seconds, newest first. */
  readonly runs: readonly number[]
  /** How long they had waited for a worker since they were due. */
  readonly waits: readonly number[]
  /** The author's guess, for as long as there are few runs. */
  readonly typicalSeconds: number
}

/** What a task's experience comes to. Costs a few tenths of a millisecond, so keep it until there is more experience. */
export interface Forecast {
  readonly schedule: PollSchedule
  readonly usualWaitSeconds: number
}

export type Situation =
  | {
      readonly phase: 'pending'
      /** Until it may start. Above 0 for a delayed job and one that waits for its next attempt. */
      readonly dueInSeconds: number
      /** Since it could have started. */
      readonly overdueSeconds?: number
      /** Until a slot is free, as far as can be told from what is queued before it. Absent where no worker serves it. */
      readonly aheadSeconds?: number | undefined
    }
  | {
      readonly phase: 'running'
      readonly elapsedSeconds: number
      /** In percent. */
      readonly progress?: number | undefined
      readonly progressAgeSeconds?: number | undefined
    }

// Sooner is not to be said in the header; after a minute a client would learn of the end too late, whatever is forecast.
const LEAST_SECONDS = 1
const MOST_SECONDS = 60
// For a job that cannot start before a known time, longer is harmless: nothing will have happened.
const MOST_DELAY_SECONDS = 3600

// Up to a twentieth sooner or later, so that clients that came together do not return together.
const JITTER = 0.05
// But not much later than a delayed job may start, however long the delay.
const MOST_JITTER_SECONDS = 5

// Sums of typical runs are rough. So the client comes back well before the predicted start, and sees where the job is then:
// against a long wait a few looks cost little, while a start that was missed is lateness.
const SHARE_OF_QUEUE = 0.4

// Where no worker serves it, nobody knows when one will. Who has waited for long need not ask each second: a tenth of that
// time later (this, of which SHARE_OF_QUEUE counts) costs little beside it.
const SHARE_OF_OVERDUE = 0.25

// Before 5 % even a steady task has told little: whole percents alone make the forecast wrong by up to a tenth.
const LEAST_PROGRESS = 5

export function forecastFrom({ runs, waits, typicalSeconds }: Experience): Forecast {
  const schedule = pollSchedule(runs, typicalSeconds)
  // A slot becomes free within about a run, even if those before had to wait for longer.
  return { schedule, usualWaitSeconds: Math.min(median(waits) ?? 0, schedule.meanSeconds) }
}

/** The median of the runs, or the author's guess while they are too few to know better. */
export function typicalDuration({ runs, typicalSeconds }: Omit<Experience, 'waits'>): number {
  return runs.length < ENOUGH_RUNS ? typicalSeconds : (median(runs) ?? typicalSeconds)
}

export function secondsUntilNextLook(forecast: Forecast, situation: Situation): number {
  if (situation.phase === 'running') {
    return secondsByProgress(situation) ?? secondsToNextLook(forecast.schedule, situation.elapsedSeconds)
  }
  const { dueInSeconds, overdueSeconds = 0 } = situation
  const { aheadSeconds = Math.max(forecast.usualWaitSeconds, overdueSeconds * SHARE_OF_OVERDUE) } = situation
  if (dueInSeconds > LEAST_SECONDS) return dueInSeconds
  return Math.max(0, dueInSeconds) + aheadSeconds * SHARE_OF_QUEUE + secondsToNextLook(forecast.schedule, 0)
}

/**
 * As told in the header. Rounded to the nearest, which on average is neither late nor a poll too many, and jittered
 * downwards, which costs a poll rather than lateness; but never to before a job may start.
 */
export function wholeSeconds(seconds: number, situation: Situation, random: () => number): number {
  if (situation.phase === 'pending' && situation.dueInSeconds > LEAST_SECONDS) {
    const jitter = Math.floor(random() * Math.min(JITTER * seconds, MOST_JITTER_SECONDS))
    return Math.min(MOST_DELAY_SECONDS, Math.ceil(seconds) + jitter)
  }
  const bounded = Math.min(MOST_SECONDS, seconds)
  return Math.max(LEAST_SECONDS, Math.round(bounded * (1 - JITTER * random())))
}

/**
 * If the rest goes as fast as what is done did. It seldom does, so the client comes back after half of it, later after up
 * to three quarters; and sooner the older the report is. Undefined where progress says nothing, or was wrong already.
 */
function secondsByProgress(situation: Situation & { phase: 'running' }): number | undefined {
  const { elapsedSeconds, progress = 0, progressAgeSeconds = 0 } = situation
  const reportedAt = elapsedSeconds - progressAgeSeconds
  if (progress < LEAST_PROGRESS || reportedAt <= 0) return undefined
  // 40 % is told from 40 until 41 %.
  const done = Math.min(0.995, (progress + 0.5) / 100)
  const rest = reportedAt / done - elapsedSeconds
  if (rest <= 0) return undefined
  if (rest <= 2 * LEAST_SECONDS) return rest
  return rest * (0.5 + done / 4) * (reportedAt / elapsedSeconds)
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
