/** Claiming lane by lane, so that one that is full or slow to answer does not keep the others waiting. */
import { isSuspects, laneOf } from '../job/lane.ts'
import { claimLoop, type ClaimLoop } from './claim-loop.ts'
import type { Slots } from './slots.ts'

export interface Lanes {
  /** There may be work in these queues. Cheap: call it as often as you like. */
  wake(queues: Iterable<string>): void
  /** There is a slot again for this queue and its lane. */
  freed(queue: string): void
  /** Asks no more; resolves when the last answers have been dealt with. */
  stop(): Promise<void>
}

/** Starts what the queue has, up to `limit`; answers how many that were. */
export type Claim = (queue: string, limit: number) => Promise<number>

interface Lane {
  /** Queues that may have work. One is asked only when somebody said so, or when it gave as much as it was asked for. */
  readonly promising: Set<string>
  readonly loop: ClaimLoop
}

export function lanesOf(slots: Slots, claim: Claim): Lanes {
  const queues = Object.keys(slots.most)
  const lanes = new Map(
    [...new Set(queues.map(laneOf))].map((name) => {
      const promising = new Set(queues.filter((queue) => laneOf(queue) === name))
      return [name, { promising, loop: claimLoop(() => claimFrom(promising)) } satisfies Lane]
    }),
  )

  async function claimFrom(promising: Set<string>): Promise<boolean> {
    // A copy: a queue that is put back at the end of the row is for the next round.
    for (const queue of Array.from(promising)) {
      const limit = slots.free(queue)
      if (limit <= 0) continue // the next attempt to finish wakes us
      promising.delete(queue)
      const release = slots.reserve(queue, limit)
      const started = await claim(queue, limit)
      release()
      if (isSuspects(queue)) wakeForSuspects()
      // There may be more; at the end of the row, behind the others of its lane.
      if (started === limit) promising.add(queue)
    }
    return [...promising].some((queue) => slots.free(queue) > 0)
  }

  /** The place for a suspect may be free again, and all lanes wait for the same one. */
  function wakeForSuspects(): void {
    for (const { promising, loop } of lanes.values()) if ([...promising].some(isSuspects)) loop.wake()
  }

  return {
    wake(some) {
      for (const queue of some) {
        if (!(queue in slots.most)) continue
        const lane = lanes.get(laneOf(queue))
        lane?.promising.add(queue)
        lane?.loop.wake()
      }
    },
    freed(queue) {
      if (isSuspects(queue)) wakeForSuspects()
      const lane = lanes.get(laneOf(queue))
      if (lane && lane.promising.size > 0) lane.loop.wake()
    },
    async stop() {
      await Promise.all([...lanes.values()].map(({ loop }) => loop.stop()))
    },
  }
}
