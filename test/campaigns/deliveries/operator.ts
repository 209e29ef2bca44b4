/** An operator in a hurry: what waits for its next attempt is made due at once, and circuits are to be tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { CALLBACK_LANE } from '../../../src/job/callback.ts'
import { suspectsOf } from '../../../src/job/lane.ts'

export interface Hurrying {
  /** How many waits were cut short. */
  readonly hurried: () => number
  stop(): Promise<void>
}

// Often enough that the published waits, of hours, do not show; with rows enough that this is not what limits a run.
const EVERY_MS = 300
const AT_ONCE = 5000

// Those that ran as a worker was killed twice wait among the suspects.
const QUEUES = [CALLBACK_LANE, suspectsOf(CALLBACK_LANE)]

const WAITING = `select id from acceptd_queue.job
  where name = any($1) and state = 'retry' and start_after > now() + interval '1 s' limit ${AT_ONCE}`
// The job's row first, as everybody does, and none that somebody holds.
const HOLD = `select id from acceptd.jobs where id in (${WAITING}) and status = 'pending' for update skip locked`
const DUE = `with due as (update acceptd.jobs set run_at = now() where id = any($1) returning id)
  update acceptd_queue.job set start_after = now() from due where name = any($2) and job.id = due.id`
const TRY_CIRCUITS = `update acceptd.endpoints set probe_at = now()
  where origin in (select origin from acceptd.endpoints where state = 'open' for update skip locked)`

export function hurry(pool: Pool): Hurrying {
  let hurried = 0
  let stopped = false
  const going = (async () => {
    while (!stopped) {
      await once()
      await sleep(EVERY_MS)
    }
  })()
  return {
    hurried: () => hurried,
    async stop() {
      stopped = true
      await going
    },
  }

  async function once(): Promise<void> {
    await pool.query(TRY_CIRCUITS)
    const client = await pool.connect()
    try {
      await client.query('begin')
      const { rows } = await client.query<{ id: string }>(HOLD, [QUEUES])
      await client.query(DUE, [rows.map(({ id }) => id), QUEUES])
      await client.query('commit')
      hurried += rows.length
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
}
