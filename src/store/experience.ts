/** What the jobs of each task have taken lately, shared by all processes: what Retry-After is learned from. */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { LEASE_SECONDS } from './workers.ts'

export interface TaskExperience {
  /** How long completed attempts ran, in seconds, newest first. */
  readonly runs: readonly number[]
  /** How long they had waited for a worker since they were due. */
  readonly waits: readonly number[]
}

export async function readExperience(db: Db): Promise<Map<string, TaskExperience>> {
  const rows = await db.selectFrom('experience').select(['task', 'runs', 'waits']).execute()
  return new Map(rows.map(({ task, runs, waits }) => [task, { runs, waits }]))
}

// Past this many the rest is as good as guessed from these; counting all of a long backlog would cost more than it tells.
const COUNTED = 10_000

export interface Backlog {
  /** Pending jobs that are due, by task and by when they became due, oldest first: each with how many there are. */
  readonly due: readonly { readonly task: string; readonly runAt: Date; readonly jobs: number }[]
  /** Jobs that all living workers together can run at once. */
  readonly slots: number
  readonly running: number
}

/** By second: finer than that a forecast is not. */
export async function readBacklog(db: Db): Promise<Backlog> {
  const { rows } = await sql<{
    due: { task: string; run_at: string; jobs: number }[]
    slots: number
    running: number
  }>`
    select
      (select coalesce(json_agg(json_build_object('task', task, 'run_at', second, 'jobs', jobs) order by second), '[]') from (
        select task, date_trunc('second', run_at) as second, count(*)::int as jobs
        from (
          select task, run_at from acceptd.jobs
          where status = 'pending' and run_at > '-infinity' and run_at <= now()
          order by run_at limit ${sql.lit(COUNTED)}
        ) oldest group by task, second
      ) due) as due,
      (select coalesce(sum(concurrency), 0)::int from acceptd.workers
        where seen_at > now() - make_interval(secs => ${sql.lit(LEASE_SECONDS)})) as slots,
      (select count(*)::int from acceptd.jobs where status = 'running' and worker_id is not null) as running
  `.execute(db)
  const [row] = rows
  const due = (row?.due ?? []).map(({ task, run_at, jobs }) => ({ task, runAt: new Date(run_at), jobs }))
  return { due, slots: row?.slots ?? 0, running: row?.running ?? 0 }
}
