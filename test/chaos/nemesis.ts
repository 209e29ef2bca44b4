/** The nemesis: does one bad thing after another, and several at once, by its dice. */
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from './clock.ts'
import type { Dice } from './dice.ts'
import { CONNECTION_FAULTS } from './faults/connections.ts'
import { DATABASE_FAULTS } from './faults/database.ts'
import type { FaultMaker } from './faults/fault.ts'
import { PROCESS_FAULTS } from './faults/processes.ts'
import type { Recorder } from './recorder.ts'
import type { Part, System } from './system.ts'

export interface Nemesis {
  /**
   * How many faults there have been.
   * @throws what kept the nemesis itself from its work
   */
  readonly faults: () => number
  /** Begins no more; resolves when all is mended and every process serves. */
  stop(): Promise<void>
}

export interface NemesisOptions {
  readonly system: System
  readonly recorder: Recorder
  readonly dice: Dice
  /** Between two faults, on average. */
  readonly everyMs: number
}

const FAULTS: readonly FaultMaker[] = [...PROCESS_FAULTS, ...DATABASE_FAULTS, ...CONNECTION_FAULTS]

export function nemesis({ system, recorder, dice, everyMs }: NemesisOptions): Nemesis {
  const underWay = new Set<Promise<void>>()
  const suffering = new Set<string>()
  const stopping = new AbortController()
  let begun = 0
  let done = 0
  let broken: Error | undefined
  const acting = act()

  async function act(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(dice.pause(everyMs), undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      begin(dice.weighted(FAULTS))
    }
  }

  function begin(maker: FaultMaker): void {
    // Whatever suffers already is left to its suffering: it could not be told what did it.
    const parts = system.parts.filter(
      ({ member }) => (maker.roles?.includes(member.role) ?? true) && !suffering.has(member.name),
    )
    const part = parts.length > 0 ? dice.one(parts) : undefined
    const who = maker.befalls === 'database' ? 'database' : part?.member.name
    if (!part || who === undefined || suffering.has(who)) return
    const own = dice.named(`fault ${begun++}`)
    suffering.add(who)
    const work = befall(maker, part, own)
      .catch((error: unknown) => {
        // Of ours: told at the end, when all that can be mended is mended.
        broken ??= error as Error
      })
      .finally(() => {
        suffering.delete(who)
        underWay.delete(work)
      })
    underWay.add(work)
  }

  async function befall(maker: FaultMaker, part: Part, own: Dice): Promise<void> {
    const from = now()
    const target = maker.befalls === 'process' ? { target: part.member.name } : {}
    const detail = await maker.make(system, part, own)
    if (detail === undefined) return
    done++
    recorder.note({ type: 'fault', kind: maker.kind, ...target, from, to: now(), detail })
  }

  return {
    faults() {
      if (broken) throw broken
      return done
    },
    async stop() {
      stopping.abort()
      await acting
      await Promise.all(underWay)
      if (broken) throw broken
      await Promise.all(system.parts.map(({ member }) => member.untilStart(member.starts())))
    },
  }
}
