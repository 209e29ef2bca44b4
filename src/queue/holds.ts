/** Holding deliveries back: pg-boss passes over what is blocked, however much of that there is, until it is let go. */
import { sql, type QueryExecutorProvider } from 'kysely'
import { QUEUE_SCHEMA } from './boss.ts'

const DELIVERIES = sql.table(`${QUEUE_SCHEMA}.job`)

// Some tenths of a second of the database's work, for which other calls to the origin wait. Of more the next claim is asked.
const HOLD_AHEAD = sql.lit(2000)

const WAITING = sql`worker_id is null and finished_at is null`
// As text, so that the delivery is found by its id: see END_HELD in deliveries.ts.
const UNTAKEN = sql`delivery.state::text in ('created', 'retry')`

// Not held, and more urgent or older: let go a moment ago, or new.
const LOOKED_PAST = 100

/** Holds these; their deliveries were put back in this transaction. */
export async function hold(trx: QueryExecutorProvider, queue: string, ids: readonly string[]): Promise<void> {
  await sql`
    update ${DELIVERIES} set blocked = true where name = ${queue} and id = any(${ids}::uuid[])`.execute(trx)
}

/**
 * Of what a queue is to give next, holds whatever calls one of these: a worker would take it in vain. What somebody else has
 * locked is for whoever that is.
 */
export async function holdAhead(
  trx: QueryExecutorProvider,
  queue: string,
  origins: readonly string[],
): Promise<void> {
  // By the index and in the order in which pg-boss fetches. Arrays and no joins: to a planner that has not yet heard of a
  // burst a loop over all of it looks as good.
  await sql`
    with ahead as materialized (
      select id from ${DELIVERIES}
      where name = ${queue} and state < 'active' and not blocked and start_after <= now()
      order by priority desc, created_on
      limit ${HOLD_AHEAD}
      for update skip locked
    )
    update ${DELIVERIES} set blocked = true
    where name = ${queue} and id = any(array(
      select id from acceptd.jobs
      where id = any(array(select id from ahead)) and target = any(${origins}::text[]) and ${WAITING}
    ))`.execute(trx)
}

export interface LetGo {
  /** Of those that were let go. */
  readonly queues: readonly string[]
  /** Whether there are others that are still held. */
  readonly more: boolean
}

// A probe is an attempt, and one that calls a path that never works would be chosen each time: it would use up all its own,
// and keep everybody else from an origin that is well. So those come first that have tried least, and among them chance.
const ORDER = {
  usual: sql`jobs.priority desc, jobs.created_at`,
  probing: sql`jobs.attempt, random()`,
}

export interface Chosen {
  /** Of one that is to try whether the origin is well: anybody's turn. */
  readonly order?: keyof typeof ORDER
  /** Only those that have been due for so long. */
  readonly overdueSeconds?: number
}

/**
 * Lets so many of those jobs go that call this origin, the most urgent and then the oldest first.
 */
export async function letGo(
  trx: QueryExecutorProvider,
  origin: string,
  jobs: number,
  { order = 'usual', overdueSeconds = 0 }: Chosen = {},
): Promise<LetGo> {
  // Jobs are found by our index and deliveries by their ids: either alone is quick, however much is held, and the planner
  // has nothing to choose. Those between that are not held will be claimed anyway.
  const { rows } = await sql<{ name: string }>`
    with next as materialized (
      select id, queue, row_number() over () as nth from (
        select id, queue
        from acceptd.jobs
        where target = ${origin} and ${WAITING}
          and coalesce(resume_at, run_at) <= now() - make_interval(secs => ${overdueSeconds})
        order by ${ORDER[order]}
        limit ${jobs + LOOKED_PAST}
      ) in_order
    ),
    blocked as materialized (
      select delivery.id from ${DELIVERIES} delivery
      where delivery.name = any(array(select distinct queue from next)) and delivery.id = any(array(select id from next))
        and ${UNTAKEN} and delivery.blocked
      for update skip locked
    )
    update ${DELIVERIES} delivery set blocked = false
    where delivery.name = any(array(select distinct queue from next)) and delivery.id = any(array(
      select id from next where id in (select id from blocked) order by nth limit ${jobs}
    ))
    returning delivery.name`.execute(trx)
  const queues = [...new Set(rows.map(({ name }) => name))]
  return { queues, more: rows.length === jobs || (await isAnyHeld(trx, origin)) }
}

async function isAnyHeld(trx: QueryExecutorProvider, origin: string): Promise<boolean> {
  // Looked up one by one: in a join the planner reads the whole queue, as it thinks that hardly any is held.
  const { rows } = await sql`
    select from acceptd.jobs
    where target = ${origin} and ${WAITING}
      and (select blocked from ${DELIVERIES} delivery where delivery.name = jobs.queue and delivery.id = jobs.id)
    limit 1`.execute(trx)
  return rows.length > 0
}
