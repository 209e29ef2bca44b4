/** pg-boss: started, its queues made, its surprises tamed. */
import type pg from 'pg'
import { PgBoss } from 'pg-boss'

export const QUEUE_SCHEMA = 'acceptd_queue'
// The furthest pg-boss allows. It never ends or deletes a delivery of ours: settle and sweep do, and they alone.
const DAY_SECONDS = 86_400
const DECADE_SECONDS = 10 * 365 * DAY_SECONDS
const NEVER_GIVE_UP = 1_000_000

// Rows: some megabytes, a few seconds of a busy queue.
const TIDY_AFTER = 10_000

/** What every queue is like. */
export const QUEUE = {
  // A table of its own: over a shared one, a burst that is newer than the statistics drains at a twentieth.
  partition: true,
  retryLimit: NEVER_GIVE_UP,
  retryDelay: 0,
  expireInSeconds: DAY_SECONDS,
  retentionSeconds: DECADE_SECONDS,
}

export interface BossOptions {
  readonly pool: pg.Pool
  /** Names of those that there are to be. */
  readonly queues: readonly string[]
  readonly onError: (error: Error) => void
}

/**
 * pg-boss delivers and nothing more. Its supervisor is off: it would change its own rows only and leave ours saying
 * "running" for ever, where our sweeper moves both in one transaction. A delivery's row lives exactly as long as its
 * job is not terminal, so there is nothing to maintain either.
 */
export async function startBoss({ pool, queues, onError }: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: QUEUE_SCHEMA,
    supervise: false,
    schedule: false,
    registerInstance: false,
  })
  // Without a listener an `error` event kills the process.
  boss.on('error', onError)
  await boss.start()
  const there = new Set((await boss.getQueues()).map(({ name }) => name))
  for (const name of new Set(queues)) if (!there.has(name)) await createQueue(boss, pool, name)
  return boss
}

async function createQueue(boss: PgBoss, pool: pg.Pool, name: string): Promise<void> {
  await boss.createQueue(name, QUEUE)
  const queue = await boss.getQueue(name)
  // Each delivery is written, changed and deleted within the life of its job. After so many the dead ones are cleared away,
  // however long the backlog is, or a claim would walk past them; and a burst becomes known to the planner.
  await pool.query(`alter table ${QUEUE_SCHEMA}."${queue?.table}" set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = ${TIDY_AFTER},
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = ${TIDY_AFTER}
  )`)
}
