/** What a process asks the database every second, all in one statement: an idle process costs that and no more. */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import type { AttemptName } from './settling.ts'
import { LEASE_SECONDS, type LateWorker } from './workers.ts'

export interface OwnJob extends AttemptName {
  readonly cancelRequested: boolean
}

export interface Pulse {
  /** The lease is renewed; false where the worker was taken for dead and its jobs given to others. */
  readonly alive: boolean
  /** Those of the queues that have a job that could run. */
  readonly due: readonly string[]
  /** Workers that have missed a renewal. Whether they are dead shows when they have still not come a second later. */
  readonly late: readonly LateWorker[]
  /** Whether there are running jobs whose worker is gone. */
  readonly orphans: boolean
  /** Whether a circuit is not closed, or jobs are held that wait for somebody. */
  readonly troubled: boolean
  /** The jobs that this worker runs, as far as the database knows. */
  readonly own: readonly OwnJob[]
}

/**
 * Renews the worker's lease and looks around.
 * @param workerId none for a process that only looks
 * @param queues those it serves
 */
export async function takePulse(db: Db, workerId: string | null, queues: readonly string[]): Promise<Pulse> {
  const { rows } = await sql<Pulse>`
    with renewed as (update acceptd.workers set seen_at = now() where id = ${workerId}::uuid returning id)
    select
      exists (select from renewed) as alive,
      array(
        select queue from unnest(${queues}::text[]) as mine (queue)
        where exists (
          select from acceptd.jobs
          where status = 'pending' and run_at > '-infinity' and jobs.queue = mine.queue and run_at <= now()
        ) or exists (
          select from acceptd.jobs where jobs.queue = mine.queue and resume_at <= now()
        )
      ) as due,
      (
        -- As text: a Date would lose its microseconds.
        select coalesce(json_agg(json_build_object('id', id, 'seenAt', seen_at::text)), '[]')
        from acceptd.workers
        where seen_at < now() - make_interval(secs => ${sql.lit(LEASE_SECONDS - 1)})
          and id is distinct from ${workerId}::uuid
      ) as late,
      exists (
        select from acceptd.jobs where status = 'running' and worker_id is not null
          and not exists (select from acceptd.workers where workers.id = jobs.worker_id)
      ) as orphans,
      exists (select from acceptd.endpoints where held or state <> 'closed') as troubled,
      (
        select coalesce(json_agg(json_build_object(
          'id', id, 'attempt', attempt, 'delivery', delivery, 'cancelRequested', cancel_requested_at is not null
        )), '[]')
        from acceptd.jobs where status = 'running' and worker_id = ${workerId}::uuid
      ) as own`.execute(db)
  const [pulse] = rows
  if (!pulse) throw new Error('The database answered a look around with no row')
  return pulse
}
