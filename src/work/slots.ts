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
  settled(queue: string): void
}

// Outcomes of a lane that are being written while its slots run the next jobs: the two batches that the settler has under
// way, and as many that gather meanwhile. More would be held in memory only to be lost in a crash. By lane: a flood in one
// must not hold up the others.
const MAX_UNSETTLED = 2000

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
  const unsettled = new Map<string, number>()
  const both = (queue: string) => new Set([queue, laneOf(queue)])
  return {
    most,
    free(queue) {
      const lane = laneOf(queue)
      const inLane = slotsOf(lane) - (busy.get(lane) ?? 0)
      const ofQueue = (most[queue] ?? 0) - (busy.get(queue) ?? 0)
      return Math.min(inLane, ofQueue, MAX_UNSETTLED - (unsettled.get(lane) ?? 0))
    },
    take: (queue) => both(queue).forEach((name) => count(busy, name, 1)),
    giveBack(queue) {
      both(queue).forEach((name) => count(busy, name, -1))
      count(unsettled, laneOf(queue), 1)
    },
    settled: (queue) => count(unsettled, laneOf(queue), -1),
  }
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}
