/** The load: stories that begin one after another, whatever becomes of the ones before. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RunOver, type Caller } from './caller.ts'
import type { Dice } from './dice.ts'
import { tellStory } from './stories.ts'

export interface Load {
  readonly begun: () => number
  /** Begins no more; resolves when the last story is over, or when those that are not have had that long. */
  stop(seconds: number): Promise<void>
}

export interface LoadOptions {
  readonly caller: Caller
  readonly dice: Dice
  /** Stories a second, on average. */
  readonly rate: number
}

// In an outage all of them wait and ask again: more would be a test of how much this machine can do.
const AT_ONCE = 300

export function startLoad({ caller, dice, rate }: LoadOptions): Load {
  const underWay = new Set<Promise<void>>()
  let begun = 0
  let stopped = false
  const beginning = begin()

  async function begin(): Promise<void> {
    // By the time that has passed and not by the pauses, which a busy machine makes longer.
    for (let due = performance.now(); !stopped; due += dice.pause(1000 / rate)) {
      const early = due - performance.now()
      if (early > 0) await sleep(early)
      if (underWay.size >= AT_ONCE) {
        await Promise.race(underWay)
        due = performance.now()
      }
      const name = `wish ${begun++}`
      const story = tellStory(caller, name, dice.named(name))
        .catch((error: unknown) => {
          if (!(error instanceof RunOver)) throw error
        })
        .finally(() => underWay.delete(story))
      underWay.add(story)
    }
  }

  return {
    begun: () => begun,
    async stop(seconds) {
      stopped = true
      await beginning
      // A job that never ends has a story that never does.
      await Promise.race([Promise.all(underWay), sleep(seconds * 1000, undefined, { ref: false })])
    },
  }
}
