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
  /** How many jobs of each queue it runs at once, at most. */
  readonly slots: Readonly<Record<string, number>>
  /** And of all together. */
  readonly concurrency: number
}

export async function enrolWorker(db: Db, worker: WorkerIdentity): Promise<void> {
  await db
    .insertInto('workers')
    .values({ ...worker, slots: JSON.stringify(worker.slots) })
    .execute()
}

export async function removeWorker(db: Db, id: string): Promise<void> {
  await db.deleteFrom('workers').where('id', '=', id).execute()
}

export interface LateWorker {
  readonly id: string
  /** As Postgres writes it, with its microseconds. */
  readonly seenAt: string
}

/** Forgets a worker, unless it has been heard of since. */
export async function removeDeadWorker(db: Db, { id, seenAt }: LateWorker): Promise<void> {
  await db
    .deleteFrom('workers')
    .where('id', '=', id)
    .where(sql<boolean>`seen_at::text = ${seenAt}`)
    .execute()
}
