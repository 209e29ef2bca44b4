/** What the samples of a measure come to: for each setting and contestant, medians with their spread. */
import type { Measure } from '../measures/measure.ts'
import type { Sample } from '../run.ts'
import { median } from './figures.ts'

export interface Summary {
  readonly setting: string
  readonly contestant: string
  readonly figures: ReadonlyMap<string, Spread>
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function summarise(measure: Measure, samples: readonly Sample[]): Summary[] {
  const groups = Map.groupBy(samples, ({ setting, contestant }) => `${setting}\n${contestant}`)
  return [...groups].map(([key, group]) => {
    const [setting = '', contestant = ''] = key.split('\n')
    const figures = new Map(
      measure.figures.map(({ name }) => [
        name,
        spread(group.map(({ values }) => values[name] ?? Number.NaN)),
      ]),
    )
    return { setting, contestant, figures }
  })
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}
