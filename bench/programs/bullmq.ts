/** Express in front of a BullMQ queue: each request adds a job. */
import { Queue } from 'bullmq'
import { jobApp, listen } from './job-app.ts'

const queue = new Queue('jobs', { connection: { port: Number(process.env['BENCH_REDIS_PORT']) } })
await queue.waitUntilReady()

listen(jobApp((task, id, input) => queue.add(task, input, { jobId: id })))
