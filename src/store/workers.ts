/** Workers and their leases. */
import { sql } from 'kysely'
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
