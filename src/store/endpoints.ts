/** Endpoints: how calls to each origin have gone, and the state of its circuit, as all processes see it. */
import { sql } from 'kysely'
import {
  GIVE_UP_SECONDS,
  PROBE_SECONDS,
  WINDOW_SECONDS,
  type CircuitChange,
  type CircuitState,
} from '../job/circuit.ts'
import type { Db, Trx } from './database.ts'

/** A call that was made. */
export interface Call {
  readonly origin: string
  /** Whether the other side is well, as far as this tells. */
  readonly ok: boolean
  /** 0: no answer came. */
  readonly status: number
  readonly ms: number
}

export interface Endpoint {
  readonly origin: string
  readonly state: CircuitState
  readonly trips: number
  /** For how long it has been half-open; null where it is not. */
  readonly triedMs: number | null
  /** Of the last WINDOW_SECONDS. */
  readonly calls: number
  readonly failures: number
}

// Enough for a 95th percentile.
const KEPT = sql.lit(100)
// What goes in one statement; nobody is in a hurry.
const FORGET_BATCH = 500

/** Of the endpoint `known`. */
export const OF_WINDOW = sql`
  select count(*)::int as calls, (count(*) filter (where not ok))::int as failures
  from unnest(known.times, known.oks) as call (at, ok)
  where at > now() - make_interval(secs => ${sql.lit(WINDOW_SECONDS)})`

/** Writes the calls down. Answers the endpoints as they are then, locked until the transaction ends. */
export async function recordCalls(trx: Trx, calls: readonly Call[]): Promise<Endpoint[]> {
  const { rows } = await sql<Endpoint>`
    with given as (
      select origin, count(*)::int as calls,
        array_agg(ok order by nth desc) as oks,
        array_agg(status order by nth desc) as statuses,
        array_agg(ms order by nth desc) as millis
      from json_to_recordset(${JSON.stringify(calls.map((call, nth) => ({ ...call, nth })))}::json)
        as call (origin text, ok boolean, status int, ms real, nth int)
      group by origin
    ),
    -- In one order, so that no two transactions wait for each other.
    sorted as (select * from given order by origin)
    insert into acceptd.endpoints as known (origin, times, oks, statuses, millis)
      select origin, array_fill(now(), array[calls]), oks, statuses, millis from sorted
    on conflict (origin) do update set
      seen_at = now(),
      times = (excluded.times || known.times)[1:${KEPT}],
      oks = (excluded.oks || known.oks)[1:${KEPT}],
      statuses = (excluded.statuses || known.statuses)[1:${KEPT}],
      millis = (excluded.millis || known.millis)[1:${KEPT}]
    returning origin, state, trips,
      case state when 'half-open' then
        extract(epoch from clock_timestamp() - probe_at)::float8 * 1000 + ${sql.lit(PROBE_SECONDS * 1000)}
      end as "triedMs",
      (select calls from (${OF_WINDOW}) recent) as calls, (select failures from (${OF_WINDOW}) recent) as failures
  `.execute(trx)
  return rows
}

export async function changeCircuit(trx: Trx, origin: string, change: CircuitChange): Promise<void> {
  const { state, trips, openSeconds } = change
  await sql`
    update acceptd.endpoints set state = ${state}, trips = ${trips},
      opened_at = case when ${state} = 'open' then coalesce(opened_at, now()) end,
      probe_at = now() + make_interval(secs => ${openSeconds ?? null}::float8)
      ${state === 'closed' ? sql`, times = '{}', oks = '{}', statuses = '{}', millis = '{}'` : sql``}
    where origin = ${origin}`.execute(trx)
}

/** The circuits whose time to be tried has come are half-open then; the next such time is when the probe counts as lost. */
export async function tryOpenCircuits(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ origin: string }>`
    update acceptd.endpoints
    set state = 'half-open', probe_at = now() + make_interval(secs => ${sql.lit(PROBE_SECONDS)})
    where origin in (
      select origin from acceptd.endpoints
      where (held or state <> 'closed') and state <> 'closed' and probe_at <= now()
      for update skip locked
    )
    returning origin`.execute(trx)
  return rows.map(({ origin }) => origin)
}

export interface Calling {
  readonly origin: string
  readonly state: CircuitState
  /** It has not been well for so long that jobs which waited all that time are given up. */
  readonly isLost: boolean
  /** How many jobs call it now. */
  readonly calling: number
}

/** What is to be known to let jobs go, each endpoint locked until the transaction ends; of those never called as well. */
export async function lockEndpoints(trx: Trx, origins: readonly string[]): Promise<Calling[]> {
  if (origins.length === 0) return []
  // Those that were there are locked too, though nothing is written of them; all in the one order that recordCalls has.
  await sql`
    insert into acceptd.endpoints (origin)
      select origin from unnest(${origins}::text[]) as given (origin) order by origin
    on conflict (origin) do update set held = excluded.held where false`.execute(trx)
  // A statement of its own: one that has waited for a lock counts as of before it waited, and so past the limit.
  const { rows } = await sql<Calling>`
    select origin, state,
      coalesce(opened_at < now() - make_interval(secs => ${sql.lit(GIVE_UP_SECONDS)}), false) as "isLost",
      (select count(*)::int from acceptd.jobs where target = origin and worker_id is not null) as calling
    from acceptd.endpoints where origin = any(${origins}::text[])`.execute(trx)
  return rows
}

export async function markHeld(trx: Trx, origins: readonly string[], held: boolean): Promise<void> {
  await sql`update acceptd.endpoints set held = ${held} where origin = any(${origins}::text[])`.execute(trx)
}

/** Origins of which some jobs were put off, and some of these may be let go, or given up. */
export async function findHeld(db: Db): Promise<string[]> {
  const { rows } = await sql<{ origin: string }>`
    select origin from acceptd.endpoints
    where held and (state <> 'open' or opened_at < now() - make_interval(secs => ${sql.lit(GIVE_UP_SECONDS)}))
    order by origin`.execute(db)
  return rows.map(({ origin }) => origin)
}

/** Those that were not called for a day go, whatever was known of them. */
export async function forgetEndpoints(db: Db): Promise<void> {
  await sql`
    delete from acceptd.endpoints where origin in (
      select origin from acceptd.endpoints where not held and seen_at < now() - interval '1 day'
      limit ${sql.lit(FORGET_BATCH)} for update skip locked
    )`.execute(db)
}
