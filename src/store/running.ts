/** Running jobs: whose they are, and how far. */
import { sql } from 'kysely'
import type { Progress } from '../job/progress.ts'
import { SUSPECT_CRASHES } from '../job/settlement.ts'
import type { Db } from './database.ts'
import { SEEN } from './moving.ts'
import type { AttemptName } from './settling.ts'

export interface Orphan extends AttemptName {
  readonly task: string
  /** Its worker ran a suspect (SUSPECT_CRASHES), which explains the death. */
  readonly bystander: boolean
}

// The suspect comes last of the jobs of that worker, and so all others are judged alike, in however many passes
// and by however many processes that is.
const SUSPECT = sql`crashes >= ${sql.lit(SUSPECT_CRASHES)}`
const RUNNING = sql`status = 'running' and worker_id is not null`

/** Running jobs whose worker is gone, other than those of `except`. */
export async function findOrphans(db: Db, limit: number, except: readonly string[] = []): Promise<Orphan[]> {
  // A row that somebody holds (a stopped process, until the database ends its session) must not hold up the others.
  const { rows } = await sql<Orphan>`
    select id, attempt, delivery, task,
      not ${SUSPECT} and worker_id in (select worker_id from acceptd.jobs where ${RUNNING} and ${SUSPECT}) as bystander
    from acceptd.jobs
    where ${RUNNING}
      and not exists (select from acceptd.workers where workers.id = jobs.worker_id)
      and id <> all (${except}::uuid[])
      and not (
        ${SUSPECT} and worker_id in (select worker_id from acceptd.jobs where ${RUNNING} and not ${SUSPECT})
      )
    limit ${limit}
    for update of jobs skip locked`.execute(db)
  return rows
}

/** Written only while the attempt still owns the job. */
export async function saveProgress(
  db: Db,
  id: string,
  attempt: number,
  { percent, note }: Progress,
): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ progress: percent, progress_note: note ?? null, ...SEEN })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('attempt', '=', attempt)
    .execute()
}
