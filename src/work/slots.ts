/** A worker's slots: so many in each lane, of those no more for a task than its own limit, and one for a suspect. */
import type { Catalogue } from '../job/catalogue.ts'
import { homeOf, isSuspects, laneOf } from '../job/lane.ts'
import type { TaskQueue } from '../store/queues.ts'

export interface Slots {
  /** How many jobs of each queue at once, at most. */
  readonly most: Readonly<Record<string, number>>
  /** How many more could be started now. */
  free(queue: string): number
  /** So many are being asked for; the lanes ask at the same time. Returns what ends it. */
  reserve(queue: string, jobs: number): () => void
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
// In all lanes together: two, and nobody could tell which of them the worker died of.
const MAX_SUSPECTS = 1

/** @param slotsOf how many a lane has */
export function slotsFor(
  queues: readonly TaskQueue[],
  catalogue: Catalogue,
  slotsOf: (lane: string) => number,
): Slots {
  const most: Record<string, number> = {}
  for (const { task, queue } of queues) {
    const lane = laneOf(queue)
    const limit = homeOf(queue) === lane ? undefined : catalogue.get(task)?.concurrency
    most[queue] = Math.min(slotsOf(lane), limit ?? Infinity, isSuspects(queue) ? MAX_SUSPECTS : Infinity)
  }
  const busy = new Map<string, number>()
  const unsettled = new Map<string, number>()
  let suspects = 0
  const places = (queue: string) => new Set([queue, homeOf(queue), laneOf(queue)])
  const occupy = (queue: string, by: number) => places(queue).forEach((name) => count(busy, name, by))
  const suspect = (queue: string, by: number) => {
    if (isSuspects(queue)) suspects += by
  }
  return {
    most,
    free(queue) {
      const lane = laneOf(queue)
      const home = homeOf(queue)
      const inLane = slotsOf(lane) - (busy.get(lane) ?? 0)
      const ofQueue = (most[home] ?? 0) - (busy.get(home) ?? 0)
      const ofSuspects = isSuspects(queue) ? MAX_SUSPECTS - suspects : Infinity
      return Math.min(inLane, ofQueue, ofSuspects, MAX_UNSETTLED - (unsettled.get(lane) ?? 0))
    },
    reserve(queue, jobs) {
      occupy(queue, jobs)
      suspect(queue, jobs)
      return () => {
        occupy(queue, -jobs)
        suspect(queue, -jobs)
      }
    },
    take(queue) {
      occupy(queue, 1)
      suspect(queue, 1)
    },
    giveBack(queue) {
      occupy(queue, -1)
      count(unsettled, laneOf(queue), 1)
    },
    settled(queue) {
      count(unsettled, laneOf(queue), -1)
      // Not before: until then its row says that it runs, and it would be blamed for what the next one does.
      suspect(queue, -1)
    },
  }
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}
