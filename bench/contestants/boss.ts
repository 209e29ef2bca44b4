/** pg-boss without acceptd: sending within the request's transaction, and its own workers. */
import path from 'node:path'
import { openPostgres } from '../stores/postgres.ts'
import { startBoss } from '../programs/boss.ts'
import type { Contestant, Stand } from './contestant.ts'
import { inChunks } from './in-chunks.ts'
import type { Started } from './started.ts'

export const bossSend: Contestant = {
  name: 'boss-send',
  measures: ['submit'],
  open: (folder, started) => open(folder, started, {}),
}

export const bossWork: Contestant = {
  name: 'boss-work',
  measures: ['drain', 'latency'],
  // Each of the 500 polls twice a second: 1,000/s at the best.
  drainsAtMost: 2000,
  open: (folder, started) => open(folder, started, {}),
}

export const bossWorkOne: Contestant = {
  name: 'boss-work-one',
  measures: ['drain'],
  // One each time it polls, twice a second.
  drainsAtMost: 20,
  open: (folder, started) => open(folder, started, {}, 1),
}

export const bossWorkBatch: Contestant = {
  name: 'boss-work-batch',
  measures: ['drain', 'latency', 'disk'],
  open: (folder, started) => open(folder, started, { BENCH_BATCHES: 'yes' }),
}

async function open(
  folder: string,
  started: Started,
  batches: Readonly<Record<string, string>>,
  workersAtMost = Number.POSITIVE_INFINITY,
): Promise<Stand> {
  const postgres = started.store('postgres', await openPostgres(path.join(folder, 'data')))
  const env = { BENCH_DATABASE_URL: postgres.url }
  return {
    serve: () => started.serve('boss-send', env),
    work: async ({ concurrency, jobs }) => {
      const workers = Math.min(concurrency, workersAtMost)
      return started.work('boss-work', { concurrency: workers, jobs }, { ...env, ...batches })
    },
    bytes: postgres.bytes,
    fill: (jobs) => fill(postgres.url, jobs),
    remaining: () => postgres.count("select count(*) from pgboss.job where state < 'completed'"),
    async traces() {
      const { rows } = await postgres.pool.query<{ n: number; startedAt: number; finishedAt: number }>(`
        select (output->>'n')::int as n, (output->>'startedAt')::float8 as "startedAt",
          extract(epoch from completed_on)::float8 * 1000 as "finishedAt"
        from pgboss.job where name = 'stamp' and state = 'completed'`)
      return rows
    },
  }
}

async function fill(url: string, jobs: number): Promise<void> {
  const boss = await startBoss(url)
  try {
    for (const chunk of inChunks(jobs))
      await boss.insert(
        'noop',
        chunk.map((n) => ({ data: { n } })),
      )
  } finally {
    await boss.stop({ graceful: false })
  }
}
