/** What a run is asked for on the command line. */
import path from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  readonly measures: readonly string[] | undefined
  readonly contestants: readonly string[] | undefined
  readonly rounds: number
  /** Of each sample. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Sizes of backlog. */
  readonly jobs: readonly number[]
  /** Finished jobs in acceptd's tables beforehand, of a contestant more. */
  readonly history: number
  readonly quick: boolean
  readonly out: string
}

export const HELP = `npm run bench -- [options]

  --only <measures>        some of submit, submit-keyed, plain-transaction, poll, drain, latency, idle, disk
  --contestants <names>    some of acceptd, express, plain-transaction, boss-send, boss-work, boss-work-one,
                           boss-work-batch, bullmq, graphile-worker, restate (commas between)
  --rounds <n>             how often everybody has a turn (5)
  --seconds <n>            how long a sample is (5)
  --jobs <numbers>         sizes of the backlog to drain (20000,200000)
  --history <n>            acceptd once more, with so many finished jobs in its tables
  --quick                  everything once and tiny, to see that it runs
  --out <folder>           where the JSON and the drawings go (bench/results)
`

/** Undefined when only help was wanted. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      contestants: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      jobs: { type: 'string' },
      history: { type: 'string', default: '0' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(import.meta.dirname, 'results') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  return {
    measures: values.only?.split(','),
    contestants: values.contestants?.split(','),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '5')),
    seconds: positive('seconds', values.seconds ?? (quick ? '1' : '5')),
    warmUpSeconds: quick ? 0.5 : 2,
    jobs: (values.jobs ?? (quick ? '2000' : '20000,200000')).split(',').map((each) => positive('jobs', each)),
    history: Number(values.history),
    quick,
    out: path.resolve(values.out),
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} is to be a number above 0, not ${text}`)
  return value
}
