/** BullMQ's worker, which keeps each job with its result as it does unless told otherwise. */
import { Worker } from 'bullmq'
import { noop, stamp, type JobInput } from '../jobs/peer-tasks.ts'

const worker = new Worker<JobInput>(
  'jobs',
  async ({ name, data }) => (name === 'stamp' ? stamp(data) : noop()),
  {
    connection: { port: Number(process.env['BENCH_REDIS_PORT']) },
    concurrency: Number(process.env['BENCH_CONCURRENCY']),
  },
)
worker.on('error', (error) => process.stderr.write(`bullmq: ${error.message}\n`))
