/** One thing to find out about contestants. */
import type { Contestant, MeasureName, Stand } from '../contestants/contestant.ts'
import type { Meter } from '../machine/meter.ts'
import type { Options } from '../options.ts'

export interface Measure {
  readonly name: MeasureName
  readonly title: string
  readonly figures: readonly Figure[]
  /** Variants of it, such as numbers of connections. Each is measured from an empty store. */
  readonly settings: (options: Options) => readonly Setting[]
  /** Undefined where the contestant has nothing to be measured by. */
  readonly sample: (asked: Asked) => Promise<Values>
}

export interface Setting {
  readonly name: string
  readonly value: number
}

export interface Figure {
  readonly name: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** The one that is drawn. */
  readonly main?: boolean
}

export type Values = Readonly<Record<string, number>>

export interface Asked {
  readonly contestant: Contestant
  readonly stand: Stand
  readonly setting: Setting
  readonly options: Options
  readonly meter: Meter
}

/** What a measure cannot do without. */
export function need<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`this contestant has no ${what}`)
  return thing
}
