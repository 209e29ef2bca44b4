/** What this process knows of how long jobs take: snapshots of what all processes have learned, at most seconds old. */
import type { Catalogue, KnownTask } from '../job/catalogue.ts'
import type { Job } from '../job/job.ts'
import type { Db } from '../store/database.ts'
import { readBacklog, readExperience } from '../store/experience.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { snapshot } from './snapshot.ts'

export interface Forecasts {
  /** Whole seconds; undefined for a job that has ended: there is nothing left to wait for. */
  retryAfter(job: Job): number | undefined
  /** How long a job of the task mostly runs, in seconds. */
  typicalSeconds(task: KnownTask): number
}

// A distribution changes slowly; a backlog does not.
const EXPERIENCE = { freshMs: 2000, usefulMs: Number.POSITIVE_INFINITY }
const BACKLOG = { freshMs: 1000, usefulMs: 5000 }

export function forecastsFrom(db: Db, catalogue: Catalogue, onError: (error: unknown) => void): Forecasts {
  const experience = snapshot({ read: () => readExperience(db), onError, ...EXPERIENCE })
  const backlog = snapshot({ read: () => readBacklog(db), onError, ...BACKLOG })
  return {
    retryAfter(job) {
      experience.current()
      backlog.current()
      return retryAfterSeconds(job, catalogue.get(job.task))
    },
    typicalSeconds: (task) => task.typicalSeconds,
  }
}
