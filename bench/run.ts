/** The rounds: everybody has a turn at each setting before anybody has the next, and the order moves on by one. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import type { Contestant } from './contestants/contestant.ts'
import { Started } from './contestants/started.ts'
import { Meter, type Usage } from './machine/meter.ts'
import type { Measure, Setting, Values } from './measures/measure.ts'
import type { Options } from './options.ts'

export interface Sample {
  readonly measure: string
  readonly setting: string
  readonly contestant: string
  readonly round: number
  readonly values: Values
  readonly usage: readonly Usage[]
}

export interface Audience {
  readonly tell: (line: string) => void
  /** Aborted when no further turn is wanted. */
  readonly signal: AbortSignal
}

export async function run(
  measure: Measure,
  contestants: readonly Contestant[],
  options: Options,
  { tell, signal }: Audience,
): Promise<Sample[]> {
  const here = contestants.filter(({ measures }) => measures.includes(measure.name))
  const samples: Sample[] = []
  for (let round = 0; round < options.rounds && here.length > 0; round++) {
    const turn = round % here.length
    const order = [...here.slice(turn), ...here.slice(0, turn)]
    for (const setting of measure.settings(options)) {
      for (const contestant of order) {
        if (signal.aborted) return samples
        try {
          const sample = await take(measure, setting, contestant, round, options)
          tell(lineOf(measure, sample))
          samples.push(sample)
        } catch (error) {
          // The others' turns are worth having all the same.
          tell(`${measure.name}, ${setting.name}: ${contestant.name} failed: ${inspect(error)}`)
          process.exitCode = 1
        }
      }
    }
  }
  return samples
}

/** From an empty store, with nobody else's processes on the machine. */
async function take(
  measure: Measure,
  setting: Setting,
  contestant: Contestant,
  round: number,
  options: Options,
): Promise<Sample> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-bench-'))
  try {
    // Postgres is run by another user when we are root.
    await fs.chmod(folder, 0o755)
    const started = new Started()
    try {
      const stand = await contestant.open(folder, started)
      const meter = new Meter(started.processes)
      const values = await measure.sample({ contestant, stand, setting, options, meter })
      const { usage } = meter
      return {
        measure: measure.name,
        setting: setting.name,
        contestant: contestant.name,
        round,
        values,
        usage,
      }
    } finally {
      await started.close()
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

function lineOf({ name, figures }: Measure, { round, setting, contestant, values }: Sample): string {
  const figure = figures.find(({ main }) => main)
  const value = figure ? `${(values[figure.name] ?? Number.NaN).toFixed(1)} ${figure.unit}` : ''
  return `${name}, round ${round + 1}, ${setting}: ${contestant} ${value}`
}
