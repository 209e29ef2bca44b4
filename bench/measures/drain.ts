/** How fast a backlog of no-op jobs is worked off: from the first job's start until the store has none left. */
import { now } from '../jobs/first-and-last.ts'
import { until } from '../stores/until.ts'
import { need, type Measure } from './measure.ts'
import { saidJobs } from './said-jobs.ts'

export const CONCURRENCY = 500
const LIMIT_SECONDS = 600

export const drain: Measure = {
  name: 'drain',
  title: 'Draining a backlog of no-op jobs',
  figures: [
    { name: 'per second', unit: '/s', better: 'more', main: true },
    { name: 'jobs', unit: '', better: 'more' },
  ],
  settings: ({ jobs }) => jobs.map((value) => ({ name: `${value.toLocaleString('en')} jobs`, value })),
  async sample({ contestant, stand, setting, meter }) {
    const jobs = Math.min(setting.value, contestant.drainsAtMost ?? Number.POSITIVE_INFINITY)
    await need(stand.fill, 'backlog')(jobs)
    const remaining = need(stand.remaining, 'backlog')
    const worker = await need(stand.work, 'worker')({ concurrency: CONCURRENCY, jobs })
    const said = saidJobs(worker, LIMIT_SECONDS)
    const began = await said.first
    await meter.begin()
    await said.last
    // The last has been run; its result may yet have to be stored. Only now, so as not to be a load before.
    await until('the backlog to be gone', 5, 60, async () => (await remaining()) === 0)
    const seconds = (now() - began) / 1000
    await meter.end()
    await worker.stop()
    return { 'per second': jobs / seconds, jobs }
  },
}
