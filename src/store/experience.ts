/** What the jobs of each task have taken lately, shared by all processes: what Retry-After is learned from. */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { ALL_QUEUES } from './queues.ts'
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

/** By queue: what waits in another one is not in the way. */
export interface Backlog {
  /** Pending jobs that are due, by task and by when they became due: each with how many there are. */
  readonly due: readonly DueJobs[]
  /** Jobs that all living workers together can run at once. */
  readonly slots: ReadonlyMap<string, number>
  readonly running: ReadonlyMap<string, number>
  /** Origins that nobody calls now, and for how many seconds more. */
  readonly off: ReadonlyMap<string, number>
}

export interface DueJobs {
  readonly queue: string
  readonly task: string
  readonly runAt: Date
  readonly jobs: number
}

/** By second: finer than that a forecast is not. */
export async function readBacklog(db: Db): Promise<Backlog> {
  const { rows } = await sql<{
    due: (Omit<DueJobs, 'runAt'> & { readonly run_at: string })[]
    slots: Record<string, number>
    running: Record<string, number>
    off: Record<string, number>
  }>`
    select
      (select coalesce(json_agg(due), '[]') from (
        select oldest.queue, task, date_trunc('second', run_at) as run_at, count(*)::int as jobs
        from ${ALL_QUEUES} known, lateral (
          select queue, task, run_at from acceptd.jobs
          where status = 'pending' and run_at > '-infinity' and jobs.queue = known.queue and run_at <= now()
          order by run_at limit ${sql.lit(COUNTED)}
        ) oldest
        group by oldest.queue, task, date_trunc('second', run_at)
      ) due) as due,
      (select coalesce(json_object_agg(queue, slots), '{}') from (
        select key as queue, sum(value::int) as slots
        from acceptd.workers, jsonb_each_text(slots)
        where seen_at > now() - make_interval(secs => ${sql.lit(LEASE_SECONDS)}) group by key
      ) by_queue) as slots,
      (select coalesce(json_object_agg(queue, jobs), '{}') from (
        select queue, count(*)::int as jobs
        from acceptd.jobs where status = 'running' and worker_id is not null group by queue
      ) by_queue) as running,
      (select coalesce(json_object_agg(origin, extract(epoch from probe_at - now())), '{}')
        from acceptd.endpoints where state = 'open' and probe_at > now()) as off
  `.execute(db)
  const [row] = rows
  return {
    due: (row?.due ?? []).map(({ run_at, ...due }) => ({ ...due, runAt: new Date(run_at) })),
    slots: new Map(Object.entries(row?.slots ?? {})),
    running: new Map(Object.entries(row?.running ?? {})),
    off: new Map(Object.entries(row?.off ?? {})),
  }
}
