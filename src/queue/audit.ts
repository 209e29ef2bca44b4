/** The audit: do our jobs and pg-boss's deliveries agree? The answer must always be an empty list. */
import { sql, type Kysely } from 'kysely'
import { QUEUE_SCHEMA } from './boss.ts'

// Enough to see what is wrong; all of them could be every job there is.
export const AUDIT_LIMIT = 1000

export interface Disagreement {
  readonly id: string
  /** What our row says; null where there is none. */
  readonly status: string | null
  /** What pg-boss's says; null where there is none. */
  readonly queueState: string | null
}

/**
 * One statement, so that it sees both sides at one instant: every job that has not ended has its delivery, waiting or
 * active as the job waits or a worker has it, at the same count; and no delivery is without such a job.
 */
export async function audit<T>(db: Kysely<T>): Promise<Disagreement[]> {
  const queue = sql.table(`${QUEUE_SCHEMA}.job`)
  const { rows } = await sql<Disagreement>`
    select j.id, j.status, q.state::text as "queueState"
    from acceptd.jobs j left join ${queue} q on q.name = j.queue and q.id = j.id
    where j.status in ('pending', 'running') and (
      q.id is null
      or (j.status = 'pending' or j.resume_at is not null) <> (q.state in ('created', 'retry'))
      or (j.status = 'running' and j.resume_at is null) <> (q.state = 'active' and q.retry_count = j.delivery)
    )
    union all
    -- Held, and nobody knows that it is to be let go.
    select j.id, j.status, 'held' from acceptd.jobs j join ${queue} q on q.name = j.queue and q.id = j.id
    where q.blocked and q.state in ('created', 'retry')
      and not exists (select from acceptd.endpoints where origin = j.target and held)
    union all
    select q.id, j.status, q.state::text
    from ${queue} q left join acceptd.jobs j on j.id = q.id and j.queue = q.name
    where j.id is null or j.status not in ('pending', 'running')
    limit ${sql.lit(AUDIT_LIMIT)}
  `.execute(db)
  return rows
}
