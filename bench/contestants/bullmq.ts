/** BullMQ on a Redis that flushes every write, as acceptd's Postgres does. */
import path from 'node:path'
import { Queue } from 'bullmq'
import { openRedis, redisVersion } from '../stores/redis.ts'
import type { Contestant } from './contestant.ts'
import { inChunks } from './in-chunks.ts'

export const bullmq: Contestant = {
  name: 'bullmq',
  measures: ['submit', 'latency', 'drain'],
  missing: () => (redisVersion() === undefined ? 'there is no redis-server on PATH' : undefined),
  async open(folder, started) {
    const redis = started.store('redis', await openRedis(path.join(folder, 'redis')))
    const env = { BENCH_REDIS_PORT: String(redis.port) }
    const queue = new Queue('jobs', { connection: { port: redis.port } })
    started.onClose(() => queue.close())
    return {
      serve: () => started.serve('bullmq', env),
      work: async (options) => started.work('bullmq-work', options, env),
      async fill(jobs) {
        for (const chunk of inChunks(jobs))
          await queue.addBulk(chunk.map((n) => ({ name: 'noop', data: { n } })))
      },
      remaining: () => queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
      async traces() {
        const jobs = await queue.getCompleted(0, -1)
        return jobs.map(({ returnvalue, finishedOn = Number.NaN }) => ({
          ...(returnvalue as { n: number; startedAt: number }),
          finishedAt: finishedOn,
        }))
      },
    }
  },
}
