/** The endpoints that a caller's jobs call: how calls to each went lately, and who waits for it. */
import { sql } from 'kysely'
import type { CircuitState } from '../job/circuit.ts'
import type { Db } from './database.ts'
import { OF_WINDOW } from './endpoints.ts'

export interface ListedEndpoint {
  readonly origin: string
  readonly state: CircuitState
  /** Since when calls are not made as usual; null where they are. */
  readonly openedAt: Date | null
  readonly nextProbeAt: Date | null
  /** Of the last minute. */
  readonly calls: number
  readonly failures: number
  /** Newest first; 0: no answer came. */
  readonly lastStatuses: readonly number[]
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  /** The caller's own jobs. */
  readonly waiting: number
  readonly calling: number
}

export const MOST_LISTED = 100
export const MOST_STATUSES = 20
/** What is more is not counted. */
export const MOST_WAITING = 1000

/** Those called last first. */
export async function listEndpoints(db: Db, principal: string): Promise<ListedEndpoint[]> {
  // From one origin to the next, as the index has them: a caller may have a million jobs for three of them.
  const { rows } = await sql<ListedEndpoint>`
    with recursive mine as (
      (
        select target from acceptd.jobs where principal = ${principal} and target is not null
        order by target limit 1
      )
      union all
      select (
        select jobs.target from acceptd.jobs
        where principal = ${principal} and jobs.target > mine.target
        order by jobs.target limit 1
      )
      from mine where mine.target is not null
    ),
    known as (
      select endpoints.* from mine join acceptd.endpoints on origin = mine.target
      order by seen_at desc, origin limit ${sql.lit(MOST_LISTED)}
    )
    select origin, state, opened_at as "openedAt",
      case when state = 'open' then probe_at end as "nextProbeAt",
      recent.calls, recent.failures,
      statuses[1:${sql.lit(MOST_STATUSES)}] as "lastStatuses",
      (select percentile_cont(0.5) within group (order by ms) from unnest(millis) as call (ms)) as "p50Ms",
      (select percentile_cont(0.95) within group (order by ms) from unnest(millis) as call (ms)) as "p95Ms",
      (select count(*)::int from (
        select from acceptd.jobs
        where target = origin and worker_id is null and finished_at is null
          and principal = ${principal} and coalesce(resume_at, run_at) <= now()
        limit ${sql.lit(MOST_WAITING)}
      ) counted) as waiting,
      (select count(*)::int from acceptd.jobs
        where target = origin and worker_id is not null and principal = ${principal}) as calling
    from known, lateral (${OF_WINDOW}) recent
    order by seen_at desc, origin`.execute(db)
  return rows
}
