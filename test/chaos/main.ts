/** `npm run chaos -- --seed n --minutes m`: is anything lost, done twice, or said wrongly, whatever goes wrong? */
import fs from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { reportOf } from './report.ts'
import { run } from './run.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '5' },
    /** Wishes a second. */
    rate: { type: 'string', default: '100' },
    /** Milliseconds between two faults, on average. */
    'fault-every': { type: 'string', default: '700' },
    /** Whether a bar that is missed makes the run fail. */
    bars: { type: 'boolean', default: true },
    mutant: { type: 'string' },
    /** Leaves the history where it is. */
    keep: { type: 'boolean', default: false },
  },
})

const say = (line: string) => void process.stdout.write(`${line}\n`)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

say(`seed ${values.seed}`)
const { evidence, violations, folder } = await run({
  seed: Number(values.seed),
  seconds: Number(values.minutes) * 60,
  rate: Number(values.rate),
  everyMs: Number(values['fault-every']),
  ...(values.mutant === undefined ? {} : { mutant: values.mutant }),
  signal: stopping.signal,
  say,
})
const { text, passed } = reportOf(evidence, violations, values.bars)
say(text)
if (values.keep || !passed) say(`The history is in ${folder}`)
else await fs.rm(folder, { recursive: true, force: true })
process.exitCode = passed ? 0 : 1
