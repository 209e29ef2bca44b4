/** Keeps what a run has found: every sample in one JSON file, and a drawing of each measure. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Facts } from '../machine/facts.ts'
import type { Measure } from '../measures/measure.ts'
import type { Options } from '../options.ts'
import type { Sample } from '../run.ts'
import { drawingOf } from './drawing.ts'

export interface Results {
  readonly facts: Facts
  readonly options: Options
  readonly samples: readonly Sample[]
}

/** After each measure, so that a run that is cut short has kept what it had. */
export async function keep(results: Results, measure: Measure): Promise<void> {
  const { out } = results.options
  await fs.mkdir(out, { recursive: true })
  await fs.writeFile(path.join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  const samples = results.samples.filter((sample) => sample.measure === measure.name)
  await fs.writeFile(path.join(out, `${measure.name}.svg`), drawingOf(measure, samples))
}
