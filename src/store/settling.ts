/** The moves that end attempts; each writes the attempts' history, and what they teach, in the same statement. */
import { sql, type RawBuilder } from 'kysely'
import type { Outcome, Settlement } from '../job/settlement.ts'
import { MOVES } from '../job/status.ts'
import type { Trx } from './database.ts'
import { COMPLETED_SQL, ENDED_SQL, SEEN_SQL } from './moving.ts'

/** An attempt, as one worker has it: between two deliveries it may have paused, and be another's by now. */
export interface AttemptName {
  readonly id: string
  readonly attempt: number
  readonly delivery: number
}

/** A running job, whose row stays locked until the transaction ends, and who runs it. */
export interface RunningJob extends AttemptName {
  readonly maxAttempts: number
  readonly crashes: number
  readonly cancelRequestedAt?: Date
  readonly workerId: string
  readonly queue: string
  /** Somebody is to be told of its end. */
  readonly hasCallback: boolean
}

/**
 * Those of the jobs that these attempts still own.
 * @param passOverHeld leave out rows that somebody else holds, instead of waiting for them
 */
export async function lockRunning(
  trx: Trx,
  attempts: readonly AttemptName[],
  passOverHeld: boolean,
): Promise<RunningJob[]> {
  const ids = attempts.map(({ id }) => id)
  const numbers = attempts.map(({ attempt }) => attempt)
  const deliveries = attempts.map(({ delivery }) => delivery)
  const { rows } = await sql<RunningRow>`
    select id, jobs.attempt, max_attempts, crashes, cancel_requested_at, worker_id, queue, jobs.delivery,
      callback is not null as has_callback
    from acceptd.jobs
    join unnest(${ids}::uuid[], ${numbers}::int[], ${deliveries}::int[]) as mine (job_id, attempt, delivery)
      on id = job_id and jobs.attempt = mine.attempt and jobs.delivery = mine.delivery
    where status = 'running'
    for update of jobs ${passOverHeld ? sql`skip locked` : sql``}`.execute(trx)
  return rows.map((row) => ({
    id: row.id,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    crashes: row.crashes,
    workerId: row.worker_id,
    queue: row.queue,
    delivery: row.delivery,
    hasCallback: row.has_callback,
    ...(row.cancel_requested_at === null ? {} : { cancelRequestedAt: row.cancel_requested_at }),
  }))
}

interface RunningRow {
  readonly id: string
  readonly attempt: number
  readonly max_attempts: number
  readonly crashes: number
  readonly cancel_requested_at: Date | null
  // A CHECK sees to it that a running job has both.
  readonly worker_id: string
  readonly queue: string
  readonly delivery: number
  readonly has_callback: boolean
}

/** How an attempt at a job went, and what follows. */
export interface Ending {
  readonly held: RunningJob
  readonly outcome: Outcome
  readonly settlement: Settlement
  /** Of a job that is handed back: how long until it may be delivered again. */
  readonly delaySeconds: number
  /** JSON text: what the attempt shows of its calls. */
  readonly transcript?: string | undefined
  /** Of a job that is handed back: where it waits from now on. */
  readonly queue: string
}

type EndingMove = Settlement['move']

/** A pause is no change of status, and nobody sees it. */
function changeOfStatus(move: EndingMove) {
  return move === 'pause' ? sql`` : sql`status = ${MOVES[move].to}, ${SEEN_SQL},`
}

const PARKED = sql`worker_id = null, delivery = null, progress = null, progress_note = null`
const NEXT_AT = sql`now() + make_interval(secs => ending.next_in_seconds)`

/** What each move writes besides the status. */
const CHANGES: Readonly<Record<EndingMove, RawBuilder<unknown>>> = {
  complete: COMPLETED_SQL,
  fail: sql`${ENDED_SQL}, failure = ending.final_failure::jsonb`,
  cancel: sql`${ENDED_SQL}, cancel_requested_at = coalesce(cancel_requested_at, now())`,
  retry: sql`${PARKED}, run_at = ${NEXT_AT}, checkpoint = null, transcript = null`,
  pause: sql`worker_id = null, delivery = null, resume_at = ${NEXT_AT},
    checkpoint = ending.state::json, transcript = ending.transcript::json`,
  // Without having used up an attempt, and due since it was: nothing but us held it up. What the task left when it paused
  // stays: the next attempt goes on from there.
  release: sql`${PARKED}, max_attempts = max_attempts + 1, crashes = crashes + ending.crashed::int,
    queue = ending.queue, transcript = null`,
}

/** Makes one and the same move with each. Returns when each is to be delivered again, by id. */
export async function endAttempts(
  trx: Trx,
  move: EndingMove,
  endings: readonly Ending[],
): Promise<ReadonlyMap<string, Date | null>> {
  const { rows } = await sql<{ id: string; next_at: Date | null }>`
    with ending as (
      select * from json_to_recordset(${JSON.stringify(endings.map(given))}::json) as given (
        id uuid, attempt int, worker_id uuid, outcome text, reason text, failure text, final_failure text,
        result text, media_type text, crashed boolean, queue text, next_in_seconds float8, state text, transcript text
      )
    ),
    moved as (
      update acceptd.jobs set ${changeOfStatus(move)} ${CHANGES[move]}
      from ending where jobs.id = ending.id and status = 'running'
      returning jobs.id, ending.attempt, ending.worker_id, jobs.started_at, ending.outcome, ending.reason,
        ending.failure, ending.transcript, ${NEXT_AT} as next_at
    ),
    history as (
      insert into acceptd.attempts
        (job_id, attempt, worker_id, started_at, outcome, reason, next_attempt_at, failure, transcript)
      select id, attempt, worker_id, started_at, outcome, reason, next_at, failure::jsonb, transcript::json from moved
      where outcome <> 'paused'
    )
    select id, next_at from moved`.execute(trx)
  if (rows.length !== endings.length) {
    throw new Error(`${rows.length} of ${endings.length} jobs could ${move} although all were held`)
  }
  return new Map(rows.map(({ id, next_at }) => [id, next_at]))
}

function given({ held, outcome, settlement, delaySeconds, queue, transcript }: Ending) {
  const { id, attempt, workerId } = held
  const common = {
    id,
    attempt,
    worker_id: workerId,
    outcome: outcome.kind,
    reason: settlement.reason,
    failure: outcome.kind === 'failed' ? JSON.stringify(outcome.failure) : undefined,
    transcript,
  }
  switch (settlement.move) {
    case 'complete':
      return { ...common, result: settlement.result, media_type: settlement.mediaType }
    case 'fail':
      return { ...common, final_failure: JSON.stringify(settlement.failure) }
    case 'cancel':
      return common
    case 'retry':
      return { ...common, next_in_seconds: settlement.delaySeconds }
    case 'pause':
      return { ...common, state: settlement.state, next_in_seconds: settlement.delaySeconds }
    case 'release':
      return { ...common, crashed: settlement.crashed, queue, next_in_seconds: delaySeconds }
  }
}
