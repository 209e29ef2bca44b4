/** Express in front of Graphile Worker: each request adds a job. */
import { makeWorkerUtils } from 'graphile-worker'
import { jobApp, listen } from './job-app.ts'

const connectionString = process.env['BENCH_DATABASE_URL'] ?? ''
const utils = await makeWorkerUtils({ connectionString, maxPoolSize: 20 })
await utils.migrate()

listen(jobApp((task, _id, input) => utils.addJob(task, input)))
