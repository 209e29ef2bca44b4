/** Graphile Worker, with the local queue and the batched completion its documentation recommends. */
import path from 'node:path'
import { makeWorkerUtils } from 'graphile-worker'
import { firstMessage } from '../stores/child.ts'
import { openPostgres } from '../stores/postgres.ts'
import type { Contestant, Trace } from './contestant.ts'
import { inChunks } from './in-chunks.ts'
import type { Worker } from './started.ts'

export const graphileWorker: Contestant = {
  name: 'graphile-worker',
  measures: ['submit', 'latency', 'drain'],
  async open(folder, started) {
    const postgres = started.store('postgres', await openPostgres(path.join(folder, 'data')))
    const env = { BENCH_DATABASE_URL: postgres.url }
    let worker: Worker | undefined
    return {
      serve: () => started.serve('graphile-worker', env),
      work: async (options) => (worker = started.work('graphile-work', options, env)),
      async fill(jobs) {
        const utils = await makeWorkerUtils({ connectionString: postgres.url })
        await utils.migrate()
        for (const chunk of inChunks(jobs))
          await utils.addJobs(chunk.map((n) => ({ identifier: 'noop', payload: { n } })))
        await utils.release()
      },
      // It deletes what has ended.
      remaining: () => postgres.count('select count(*) from graphile_worker.jobs'),
      async traces() {
        if (!worker) return []
        const answer = firstMessage<{ traces: Trace[] }>(worker.process)
        worker.process.send('traces')
        return (await answer).traces
      },
    }
  },
}
