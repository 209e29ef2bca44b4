/** What an operator wants to know at a glance. */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { ALL_QUEUES } from './queues.ts'
import { LEASE_SECONDS } from './workers.ts'

export interface Overview {
  /** How long the oldest job that could run has been waiting, in seconds; absent when none is. */
  readonly oldestRunnableSeconds?: number
  readonly workersAlive: number
  readonly running: number
  /** Endpoints that are not called as usual, for too many calls failed. */
  readonly openCircuits: number
}

export async function readOverview(db: Db): Promise<Overview> {
  const { rows } = await sql<{ oldest: number | null; workers: number; running: number; open: number }>`
    select
      (select extract(epoch from now() - min(oldest))::float8 from (
        select (
          select min(run_at) from acceptd.jobs
          where status = 'pending' and run_at > '-infinity' and jobs.queue = known.queue and run_at <= now()
            -- What is held waits for a host, and not for a worker.
            and coalesce(target not in (select origin from acceptd.endpoints where held), true)
        ) as oldest from ${ALL_QUEUES} known
      ) by_queue) as oldest,
      (select count(*)::int from acceptd.workers
        where seen_at > now() - make_interval(secs => ${sql.lit(LEASE_SECONDS)})) as workers,
      (select count(*)::int from acceptd.jobs where status = 'running' and worker_id is not null)
        + (select count(*)::int from acceptd.jobs where resume_at is not null) as running,
      (select count(*)::int from acceptd.endpoints where state <> 'closed') as open
  `.execute(db)
  const [row] = rows
  return {
    workersAlive: row?.workers ?? 0,
    running: row?.running ?? 0,
    openCircuits: row?.open ?? 0,
    ...(row === undefined || row.oldest === null ? {} : { oldestRunnableSeconds: row.oldest }),
  }
}

/** Resolves when the database answers. */
export async function ping(db: Db): Promise<void> {
  await sql`select 1`.execute(db)
}
