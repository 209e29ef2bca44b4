/** Jobs of tasks that this worker does not know: one of another version may, and they are left for that one. */
import type { Logger } from 'pino'
import type { StartedJob } from '../store/starts.ts'
import type { WorkDeps } from './deps.ts'
import { handBack } from './hand-back.ts'

export interface UnknownTasks {
  leave(job: StartedJob, queue: string): void
  /** Whether others are to look into the queue first, for what was left there. */
  isLeftToOthers(queue: string): boolean
  /** Resolves when all is handed back. */
  left(): Promise<unknown>
}

// For how long: twice as long each time, as far as a minute. Where nobody knows the task any more, thousands that come back
// every few seconds would be all that is claimed of their lane.
const LEFT_SECONDS = { first: 5, most: 60 }
// Around the time when it is due again. All look every second, always in the same order as it happens, and who left it might
// take it again and again: a look of everybody else's fits in between.
const OTHERS_FIRST_MS = { before: 1000, after: 1500 }

/** @param attempt how often the job has been claimed, by anybody */
export function leftSeconds(attempt: number): number {
  return Math.min(LEFT_SECONDS.first * 2 ** (attempt - 1), LEFT_SECONDS.most)
}

export function unknownTasks(deps: WorkDeps, log: Logger): UnknownTasks {
  const handingBack = new Set<Promise<void>>()
  const dueAt = new Map<string, number>()
  return {
    leave(job, queue) {
      const { id, task, attempt } = job
      const seconds = leftSeconds(attempt)
      dueAt.set(queue, performance.now() + seconds * 1000)
      log.warn({ job: id, task, seconds }, 'no such task here; left for another worker')
      const back = handBack(deps, log, job, seconds)
      handingBack.add(back)
      void back.finally(() => handingBack.delete(back))
    },
    isLeftToOthers(queue) {
      const lateMs = performance.now() - (dueAt.get(queue) ?? Infinity)
      return lateMs > -OTHERS_FIRST_MS.before && lateMs < OTHERS_FIRST_MS.after
    },
    left: () => Promise.all(handingBack),
  }
}
