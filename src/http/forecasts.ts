/** What this process knows of how long jobs take: snapshots of what all processes have learned, at most seconds old. */
import type { Catalogue, KnownTask } from '../job/catalogue.ts'
import { forecastFrom, typicalDuration, type Forecast } from '../job/forecast.ts'
import type { Job } from '../job/job.ts'
import type { Db } from '../store/database.ts'
import { readBacklog, readExperience, type Backlog, type TaskExperience } from '../store/experience.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { snapshot } from './snapshot.ts'

export interface Forecasts {
  /** Whole seconds; undefined for a job that has ended: there is nothing left to wait for. */
  retryAfter(job: Job): number | undefined
  /** How long a job of the task mostly runs, in seconds. */
  typicalSeconds(task: KnownTask): number
}

// A distribution changes slowly and is of use however old; a backlog is neither.
const EXPERIENCE = { freshMs: 2000, usefulMs: Number.POSITIVE_INFINITY }
const BACKLOG = { freshMs: 1000, usefulMs: 5000 }
// Of a task this process does not know: it knows nothing, so the client asks soon.
const UNKNOWN_TYPICAL_SECONDS = 1

export function forecastsFrom(db: Db, catalogue: Catalogue, onError: (error: unknown) => void): Forecasts {
  const experience = snapshot({ read: () => readExperience(db), onError, ...EXPERIENCE })
  const backlog = snapshot({ read: () => readBacklog(db), onError, ...BACKLOG })
  // At once, so that the first to ask is not told a guess.
  experience.current()
  backlog.current()
  const made = new Map<string, { readonly from: TaskExperience; readonly forecast: Forecast }>()

  function experienceOf(task: string): TaskExperience {
    return experience.current()?.get(task) ?? NONE
  }

  function typicalOf(task: string): number {
    const typicalSeconds = catalogue.get(task)?.typicalSeconds ?? UNKNOWN_TYPICAL_SECONDS
    return typicalDuration({ runs: experienceOf(task).runs, typicalSeconds })
  }

  /** Made anew only when something was learned: it costs as much as some polls. */
  function forecastOf(task: string): Forecast {
    const from = experienceOf(task)
    const known = made.get(task)
    if (known && isSame(known.from, from)) return known.forecast
    const typicalSeconds = catalogue.get(task)?.typicalSeconds ?? UNKNOWN_TYPICAL_SECONDS
    const forecast = forecastFrom({ ...from, typicalSeconds })
    made.set(task, { from, forecast })
    return forecast
  }

  return {
    retryAfter(job) {
      const now = backlog.current()
      const aheadSeconds = secondsAhead(job, now, typicalOf)
      const offSeconds = job.target === undefined ? undefined : now?.off.get(job.target)
      return retryAfterSeconds(job, forecastOf(job.task), { aheadSeconds, offSeconds })
    },
    // Three digits say as much as a median of such things can.
    typicalSeconds: (task) => Number(typicalOf(task.name).toPrecision(3)),
  }
}

const NONE: TaskExperience = { runs: [], waits: [] }

function isSame(one: TaskExperience, other: TaskExperience): boolean {
  // A window of the latest: another run at its head, or fewer of them, is another experience.
  return (
    one === other ||
    (one.runs.length === other.runs.length && one.runs.every((run, at) => run === other.runs[at]))
  )
}

/** How long until a slot is free for the job: what is queued before it, shared among all slots. Undefined: unknown. */
export function secondsAhead(
  { status, queue, runAt }: Job,
  backlog: Backlog | undefined,
  typicalOf: (task: string) => number,
): number | undefined {
  const slots = backlog?.slots.get(queue) ?? 0
  if (!backlog || slots === 0 || status !== 'pending') return undefined
  const running = backlog.running.get(queue) ?? 0
  const before = backlog.due.filter((group) => group.queue === queue && group.runAt <= runAt)
  const jobs = before.reduce((sum, group) => sum + group.jobs, 0)
  if (running + jobs < slots) return 0
  const work = before.reduce((sum, group) => sum + group.jobs * typicalOf(group.task), 0)
  return work / slots
}
