/** How soon a job runs, and has ended, after its submission was sent, at a steady rate of submissions. */
import { runLoad } from '../load/run-load.ts'
import { quantile } from '../report/figures.ts'
import { until } from '../stores/until.ts'
import { CONCURRENCY } from './drain.ts'
import { need, type Measure } from './measure.ts'

const LEAST = 20
const MOST = 5000
// Numbers below are those of the jobs that warm the processes up.
const MEASURED_FROM = 1_000_000

export const latency: Measure = {
  name: 'latency',
  title: 'From submission to start and to end',
  figures: [
    { name: 'running p50', unit: 'ms', better: 'less', main: true },
    { name: 'running p99', unit: 'ms', better: 'less' },
    { name: 'completed p50', unit: 'ms', better: 'less' },
    { name: 'completed p99', unit: 'ms', better: 'less' },
  ],
  settings: ({ quick }) =>
    (quick ? [100] : [1, 100, 1000]).map((value) => ({ name: `${value.toLocaleString('en')}/s`, value })),
  async sample({ stand, setting, options, meter }) {
    const api = await need(stand.serve, 'API')()
    const traces = need(stand.traces, 'traces')
    const remaining = need(stand.remaining, 'count')
    await need(stand.work, 'worker')({ concurrency: CONCURRENCY, jobs: 0 })
    const ended = () => until('the jobs to end', 100, 60, async () => (await remaining()) === 0)
    const url = new URL(api.submitPath('stamp'), api.url).href
    await runLoad({ kind: 'open', url, perSecond: 100, count: 100, from: 0 })
    await ended()
    const perSecond = setting.value
    const count = Math.min(MOST, Math.max(LEAST, Math.round(perSecond * options.seconds)))
    const { sentAt = [] } = await runLoad({ kind: 'open', url, perSecond, count, from: MEASURED_FROM }, meter)
    await ended()
    const measured = (await traces()).filter(({ n }) => n >= MEASURED_FROM)
    if (measured.length !== count) throw new Error(`${measured.length} of ${count} jobs can be traced`)
    const since = (at: 'startedAt' | 'finishedAt') =>
      Float64Array.from(
        measured.map((trace) => trace[at] - (sentAt[trace.n - MEASURED_FROM] ?? 0)),
      ).toSorted()
    const [running, completed] = [since('startedAt'), since('finishedAt')]
    return {
      'running p50': quantile(running, 0.5),
      'running p99': quantile(running, 0.99),
      'completed p50': quantile(completed, 0.5),
      'completed p99': quantile(completed, 0.99),
    }
  },
}
