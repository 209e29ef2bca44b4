/**
 * Graphile Worker's runner with the local queue and the batched completion that its page on performance recommends. It
 * deletes a job that has ended, and so keeps no results: what became of the stamped ones is remembered here, and told when
 * asked for.
 */
import { run } from 'graphile-worker'
import { now } from '../jobs/first-and-last.ts'
import { jobInput, noop, stamp } from '../jobs/peer-tasks.ts'
import type { Trace } from '../contestants/contestant.ts'

const started = new Map<string, { n: number; startedAt: number }>()
const traces: Trace[] = []

const runner = await run({
  noHandleSignals: false,
  taskList: {
    noop: () => void noop(),
    stamp: (payload, { job }) => void started.set(job.id, stamp(jobInput.parse(payload))),
  },
  preset: {
    worker: {
      connectionString: process.env['BENCH_DATABASE_URL'] ?? '',
      // Its own figures. With 200 at once it was a third slower.
      concurrentJobs: 24,
      maxPoolSize: 25,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
})
runner.events.on('job:complete', ({ job }) => {
  const stamped = started.get(job.id)
  if (stamped) traces.push({ ...stamped, finishedAt: now() })
})
process.on('message', () => process.send?.({ traces }))
