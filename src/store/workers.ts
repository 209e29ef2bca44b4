/** Workers and their leases. */
import { sql } from 'kysely'
import type { Progress } from '../job/progress.ts'
import type { Db } from './database.ts'

// A worker says every second that it is alive. Three missed in a row and it is taken for dead: long enough for a stalled
// event loop or a slow disk, short enough that its jobs run again within five seconds of a crash.
export const LEASE_SECONDS = 3

export interface WorkerIdentity {
  readonly id: string
  readonly host: string
  readonly pid: number
}

export async function enrolWorker(db: Db, worker: WorkerIdentity): Promise<void> {
  await db.insertInto('workers').values(worker).execute()
}

/** False means that the worker was taken for dead and its jobs given to others. */
export async function renewLease(db: Db, id: string): Promise<boolean> {
  const row = await db
    .updateTable('workers')
    .set({ seen_at: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst()
  return row.numUpdatedRows > 0n
}

export async function removeWorker(db: Db, id: string): Promise<void> {
  await db.deleteFrom('workers').where('id', '=', id).execute()
}

export interface LateWorker {
  readonly id: string
  /** As text: a Date would lose its microseconds. */
  readonly seenAt: string
}

/** Workers that have missed a renewal. Whether they are dead shows when they have still not come a second later. */
export async function findLateWorkers(db: Db): Promise<LateWorker[]> {
  return db
    .selectFrom('workers')
    .select(['id', sql<string>`seen_at::text`.as('seenAt')])
    .where('seen_at', '<', sql<Date>`now() - make_interval(secs => ${sql.lit(LEASE_SECONDS - 1)})`)
    .execute()
}

/** Forgets a worker, unless it has been heard of since. */
export async function removeDeadWorker(db: Db, { id, seenAt }: LateWorker): Promise<void> {
  await db
    .deleteFrom('workers')
    .where('id', '=', id)
    .where(sql<boolean>`seen_at::text = ${seenAt}`)
    .execute()
}

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

export interface OwnJob {
  readonly id: string
  readonly attempt: number
  readonly cancelRequested: boolean
}

/** The jobs that this worker runs, as far as the database knows. */
export async function findOwnJobs(db: Db, workerId: string): Promise<OwnJob[]> {
  return db
    .selectFrom('jobs')
    .select(['id', 'attempt', sql<boolean>`cancel_requested_at is not null`.as('cancelRequested')])
    .where('status', '=', 'running')
    .where('worker_id', '=', workerId)
    .execute()
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
    .set({ progress: percent, progress_note: note ?? null, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('attempt', '=', attempt)
    .execute()
}
