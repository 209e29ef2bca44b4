/** The moves that start an attempt or go on with one, for many jobs at once. */
import { sql, type RawBuilder } from 'kysely'
import { GIVE_UP_SECONDS } from '../job/circuit.ts'
import { MOVES } from '../job/status.ts'
import type { Json } from '../job/json.ts'
import type { Db, Trx } from './database.ts'
import type { AttemptName } from './settling.ts'

export interface StartedJob extends AttemptName {
  readonly task: string
  readonly principal: string
  readonly input: unknown
  /** As the client sent it. */
  readonly traceparent: string | null
  /** What the task left when it paused; in an array, as JSON null is something too. */
  readonly checkpoint: readonly [Json] | null
  /** The origin that it calls. */
  readonly target: string | null
  /** Somebody canceled it while no worker had it. */
  readonly cancelRequested: boolean
}

export interface Starts {
  readonly started: StartedJob[]
  /** What was taken and could not be started. */
  readonly left: LeftRow[]
}

/**
 * Claims jobs whose deliveries are taken in the same statement, which is a transaction by itself. Rows that somebody else
 * holds are passed over, never waited for: every other transaction takes our row first and the queue's second, and a claim
 * has the queue's already. Nor does a worker claim that was taken for dead while it was stalled, and until the end of the
 * transaction it cannot be: its jobs would be nobody's.
 * @param taking takes deliveries and returns `(id, "retryCount", …)`
 * @param whole nothing is taken where not all of it can be started; isRefusal tells
 */
export async function startJobs(
  db: Db,
  workerId: string,
  taking: RawBuilder<unknown>,
  { whole }: { readonly whole: boolean },
): Promise<Starts> {
  const refused = whole
    ? sql`acceptd.refuse('Not all of these jobs are free: they are claimed with care')`
    : null
  // NOT IN, which looks each up in a table made once: a join, of numbers that no planner knows, compares all with all.
  const { rows } = await sql<StartedRow | LeftRow>`
    with taken as (${taking}),
    enrolled as (
      select id from acceptd.workers where id = ${workerId} for key share
    ),
    free as (
      select jobs.id, taken."retryCount" as delivery, (status = ${MOVES.start.from[0]})::int as fresh
      from taken join acceptd.jobs on jobs.id = taken.id
      where (status = ${MOVES.start.from[0]} or resume_at is not null) and exists (select from enrolled)
      for update of jobs skip locked
    ),
    started as (
      update acceptd.jobs set
        status = ${MOVES.start.to}, attempt = attempt + fresh, worker_id = ${workerId}, delivery = free.delivery,
        resume_at = null,
        -- Nobody sees that an attempt goes on: to those who look it was running all the time.
        started_at = case fresh when 1 then now() else started_at end,
        revision = revision + fresh, updated_at = case fresh when 1 then now() else updated_at end
      from free where jobs.id = free.id
      returning jobs.id, task, attempt, jobs.delivery, principal, input, traceparent, target,
        case when checkpoint is not null then json_build_array(checkpoint) end as checkpoint,
        cancel_requested_at is not null as cancel_requested
    )
    select id, task, attempt, delivery, principal, input, traceparent, target, checkpoint,
      cancel_requested as "cancelRequested", null::int as "retryCount", null as refused
    from started
    union all
    select id, null, null, null, null, null, null, null, null, null, "retryCount", ${refused} from taken where id not in (select id from started)
  `.execute(db)
  return {
    started: rows.filter(isStarted),
    left: rows.filter(isLeft).map(({ id, retryCount }) => ({ id, retryCount })),
  }
}

type StartedRow = StartedJob & { readonly retryCount: null }
type LeftRow = { readonly id: string; readonly retryCount: number }

function isStarted(row: StartedRow | LeftRow): row is StartedRow {
  return row.retryCount === null
}

function isLeft(row: StartedRow | LeftRow): row is LeftRow {
  return row.retryCount !== null
}

const OVERDUE = sql<boolean>`coalesce(resume_at, run_at) < now() - make_interval(secs => ${sql.lit(GIVE_UP_SECONDS)})`

const CANCELED = sql<boolean>`cancel_requested_at is not null`

/** Whom a job calls. */
export interface Target {
  readonly origin: string
  /** It has been due for so long that it is given up where the origin was not well all the time. */
  readonly isOverdue: boolean
  /** It is to end, and not to wait for that. */
  readonly isCanceled: boolean
}

/** Whom the jobs call, by id; of those that call somebody, the most urgent and then the oldest first. */
export async function findTargets(trx: Trx, ids: readonly string[]): Promise<ReadonlyMap<string, Target>> {
  const rows = await trx
    .selectFrom('jobs')
    .select(['id', 'target', OVERDUE.as('isOverdue'), CANCELED.as('isCanceled')])
    .where('id', 'in', ids)
    .where('target', 'is not', null)
    .$narrowType<{ target: string }>()
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return new Map(
    rows.map(({ id, target: origin, isOverdue, isCanceled }) => [id, { origin, isOverdue, isCanceled }]),
  )
}

/** Those of the jobs that wait for a worker, locked or not. */
export async function findWaiting(trx: Trx, ids: readonly string[]): Promise<string[]> {
  const rows = await trx
    .selectFrom('jobs')
    .select('id')
    .where('id', 'in', ids)
    .where((eb) => eb.or([eb('status', '=', 'pending'), eb('resume_at', 'is not', null)]))
    .execute()
  return rows.map((row) => row.id)
}
