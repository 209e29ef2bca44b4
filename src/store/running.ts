/** Running jobs: whose they are, and how far. */
import type { Progress } from '../job/progress.ts'
import type { Db } from './database.ts'
import { SEEN } from './moving.ts'

export interface Orphan {
  readonly id: string
  readonly attempt: number
  readonly task: string
}

/** Running jobs whose worker is gone. */
export async function findOrphans(db: Db, limit: number): Promise<Orphan[]> {
  return (
    db
      .selectFrom('jobs')
      .select(['id', 'attempt', 'task'])
      .where('status', '=', 'running')
      .where('worker_id', 'is not', null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb.selectFrom('workers').select('workers.id').whereRef('workers.id', '=', 'jobs.worker_id'),
          ),
        ),
      )
      .limit(limit)
      // A row that somebody holds (a stopped process, until the database ends its session) must not hold up the others.
      .forUpdate('jobs')
      .skipLocked()
      .execute()
  )
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
