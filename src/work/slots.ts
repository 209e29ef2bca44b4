/** A worker's slots: so many in each lane, and of those no more for a task than its own limit. */
import type { Catalogue } from '../job/catalogue.ts'
import { laneOf } from '../job/lane.ts'
import type { TaskQueue } from '../store/queues.ts'

export interface Slots {
  /** How many jobs of each queue at once, at most. */
  readonly most: Readonly<Record<string, number>>
  /** How many more could be started now. */
  free(queue: string): number
  take(queue: string): void
  /** The task has returned; what came of it is yet to be written. */
  giveBack(queue: string): void
  /** It is written. */
  settled(): void
}

// Outcomes that are being written while the slots run the next jobs: two batches of the settler, so that neither waits for
// the other. More would be held in memory only to be lost in a crash.
const MAX_UNSETTLED = 1000

/** @param slotsOf how many a lane has */
export function slotsFor(
  queues: readonly TaskQueue[],
  catalogue: Catalogue,
  slotsOf: (lane: string) => number,
): Slots {
  const most: Record<string, number> = {}
  for (const { task, queue } of queues) {
    const lane = laneOf(queue)
    const limit = queue === lane ? undefined : catalogue.get(task)?.concurrency
    most[queue] = Math.min(slotsOf(lane), limit ?? Infinity)
  }
  const busy = new Map<string, number>()
  const count = (name: string, by: number) => busy.set(name, (busy.get(name) ?? 0) + by)
  let unsettled = 0
  const both = (queue: string) => new Set([queue, laneOf(queue)])
  return {
    most,
    free(queue) {
      const lane = laneOf(queue)
      const inLane = slotsOf(lane) - (busy.get(lane) ?? 0)
      return Math.min(inLane, (most[queue] ?? 0) - (busy.get(queue) ?? 0), MAX_UNSETTLED - unsettled)
    },
    take: (queue) => both(queue).forEach((name) => count(name, 1)),
    giveBack(queue) {
      both(queue).forEach((name) => count(name, -1))
      unsettled++
    },
    settled: () => unsettled--,
  }
}
