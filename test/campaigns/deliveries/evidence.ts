/** What the database says when all is over, beside what callers asked for and receivers saw. */

import type { Pool } from 'pg'
import { audit } from '../../../src/queue/audit.ts'
import type { Db } from '../../../src/store/database.ts'
import type { Redelivered, Submitted } from './callers.ts'
import type { Hook } from './hooks.ts'

export interface Evidence {
  readonly submitted: readonly Submitted[]
  readonly redelivered: readonly Redelivered[]
  readonly received: readonly Hook[]
  readonly gone: ReadonlySet<string>
  /** By the job's id. */
  readonly ends: ReadonlyMap<string, string>
  readonly deliveries: readonly DeliveryRow[]
  /** Waits between two attempts that were shorter than published, or than the receiver asked for. */
  readonly tooSoon: number
  readonly unfinished: number
  readonly disagreements: number
  /** How many calls may be under way at once, and so on their way when a receiver answers 410; more where some were lost. */
  readonly underWay: number
}

export interface DeliveryRow {
  readonly id: string
  readonly job: string
  readonly event: string
  readonly messageId: string
  readonly status: string
  readonly isUsedUp: boolean
  readonly code: string | null
}

const DELIVERIES = `
  select told.id, job_id as job, event, message_id as "messageId", status,
    attempt >= max_attempts as "isUsedUp", failure ->> 'code' as code
  from acceptd.callback_deliveries told join acceptd.jobs on jobs.id = told.id order by occurred_at`
const ENDS = `select id, status from acceptd.jobs where task <> 'webhook' and finished_at is not null`
const UNFINISHED = 'select count(*)::int as count from acceptd.jobs where finished_at is null'
// Of the first ten attempts: after those it begins anew.
const TOO_SOON = `
  select count(*)::int as count
  from acceptd.attempts join acceptd.jobs on jobs.id = job_id
  where task = 'webhook' and attempts.outcome = 'failed' and attempts.next_attempt_at is not null
    and attempts.attempt <= cardinality($1::int[])
    and extract(epoch from attempts.next_attempt_at - attempts.ended_at) < ($1::int[])[attempts.attempt] - 0.1`

export async function readEvidence(
  pool: Pool,
  db: Db,
  waits: readonly number[],
): Promise<Pick<Evidence, 'ends' | 'deliveries' | 'tooSoon' | 'unfinished' | 'disagreements'>> {
  const count = async (text: string, values: unknown[] = []) =>
    (await pool.query<{ count: number }>(text, values)).rows[0]?.count ?? Number.NaN
  const { rows: ends } = await pool.query<{ id: string; status: string }>(ENDS)
  return {
    ends: new Map(ends.map(({ id, status }) => [id, status])),
    deliveries: (await pool.query<DeliveryRow>(DELIVERIES)).rows,
    tooSoon: await count(TOO_SOON, [waits]),
    unfinished: await count(UNFINISHED),
    disagreements: (await audit(db)).length,
  }
}
