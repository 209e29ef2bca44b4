/** What finished jobs take up on disk, with indexes and with what a vacuum has not yet cleared: as they lie. */
import { until } from '../stores/until.ts'
import { CONCURRENCY } from './drain.ts'
import { need, type Measure } from './measure.ts'

const JOBS = 20_000
const JOBS_QUICK = 2000

export const disk: Measure = {
  name: 'disk',
  title: 'What a finished job takes up on disk',
  figures: [{ name: 'bytes', unit: '', better: 'less', main: true }],
  settings: ({ quick }) =>
    [quick ? JOBS_QUICK : JOBS].map((value) => ({ name: `${value.toLocaleString('en')} jobs`, value })),
  async sample({ stand, setting: { value: jobs }, meter }) {
    const bytes = need(stand.bytes, 'count of bytes')
    const remaining = need(stand.remaining, 'backlog')
    // The first bring the tables that are empty before them to their least size.
    await need(stand.fill, 'backlog')(jobs / 10)
    const before = await bytes()
    await meter.begin()
    await need(stand.fill, 'backlog')(jobs)
    const worker = await need(stand.work, 'worker')({ concurrency: CONCURRENCY, jobs })
    await until('the jobs to end', 100, 120, async () => (await remaining()) === 0)
    await meter.end()
    await worker.stop()
    return { bytes: ((await bytes()) - before) / jobs }
  },
}
