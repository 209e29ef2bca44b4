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

const LEFT_SECONDS = 5
// When it is due again. All look every second, always in the same order as it happens, and who left it might take it again
// and again: a look of everybody else's fits in between.
const OTHERS_FIRST_SECONDS = { from: LEFT_SECONDS - 1, until: LEFT_SECONDS + 1.5 }

export function unknownTasks(deps: WorkDeps, log: Logger): UnknownTasks {
  const handingBack = new Set<Promise<void>>()
  const leftAt = new Map<string, number>()
  return {
    leave({ id, task, attempt }, queue) {
      leftAt.set(queue, performance.now())
      log.warn({ job: id, task }, 'no such task here; left for another worker')
      const back = handBack(deps, log, { id, attempt }, LEFT_SECONDS)
      handingBack.add(back)
      void back.finally(() => handingBack.delete(back))
    },
    isLeftToOthers(queue) {
      const seconds = (performance.now() - (leftAt.get(queue) ?? -Infinity)) / 1000
      return seconds > OTHERS_FIRST_SECONDS.from && seconds < OTHERS_FIRST_SECONDS.until
    },
    left: () => Promise.all(handingBack),
  }
}
