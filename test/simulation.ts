/** Prints how often clients poll, and how late they are, under each policy: node test/simulation.ts [seed] [scale] */
import { doubling, everySeconds, learned, simulate, type Figures } from './support/poll-simulation.ts'
import { record, SHAPE_NAMES } from './support/recorded-jobs.ts'

const [seed = 1, scale = 1] = process.argv.slice(2).map(Number)
const JOBS = 500

const line = (cells: readonly string[]) => `${cells.map((cell) => cell.padStart(22)).join('')}\n`
const figures = ({ polls, meanLateness, p95Lateness }: Figures) =>
  [polls, meanLateness, p95Lateness].map((number) => number.toFixed(2).padStart(7)).join('')

process.stdout.write('Polls per job, mean lateness and 95th percentile of it, in seconds\n')
process.stdout.write(line(['', 'learned', 'every second', 'every 10 s', '1, 2, 4, … 60 s']))
for (const shape of SHAPE_NAMES) {
  const recording = record(shape, JOBS, seed, scale)
  const mean =
    recording.jobs.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0) /
    recording.jobs.length
  // Three times too much; the test tries both ways.
  const policies = [learned(recording, mean * 3, seed), everySeconds(1), everySeconds(10), doubling]
  process.stdout.write(line([shape, ...policies.map((policy) => figures(simulate(recording, policy)))]))
}
