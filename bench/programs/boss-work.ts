/** pg-boss's worker: one job at a time in each of so many workers, or batches with a result for each job. */
import type { Job } from 'pg-boss'
import { noop, stamp, type JobInput } from '../jobs/peer-tasks.ts'
import { startBoss } from './boss.ts'

const concurrency = Number(process.env['BENCH_CONCURRENCY'])
const boss = await startBoss(process.env['BENCH_DATABASE_URL'] ?? '')
// The least that pg-boss takes.
const polling = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 }

for (const [queue, run] of [['noop', noop] as const, ['stamp', stamp] as const]) {
  if (process.env['BENCH_BATCHES'] === undefined) {
    const options = { ...polling, localConcurrency: concurrency }
    await boss.work<JobInput>(queue, options, async ([job]) => job && run(job.data))
  } else {
    const options = {
      ...polling,
      batchSize: concurrency,
      burstWhenBatchFull: true,
      perJobResults: true,
    } as const
    await boss.work<JobInput, unknown, typeof options>(queue, options, async (jobs: Job<JobInput>[]) =>
      jobs.map(({ id, data }) => ({ id, status: 'completed' as const, output: run(data) })),
    )
  }
}
