/** What lost to another transaction is done again: nothing of it happened, and nothing about it was wrong. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Trx } from '../store/database.ts'
import { isConflict } from '../store/outage.ts'

// In all. Whoever loses three times in a row has met with something that lasts, and so may the client.
const TRIES = 3
// Nor does the client wait for longer than a try after this may take.
const ENOUGH_MS = 1000
// At most, so that two that met do not meet again.
const PAUSE_MS = 50

/** A command's transaction. @throws whatever it threw when it was tried for the last time */
export function inTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  return tryAgain(() => db.transaction().execute(work), isConflict)
}

export async function tryAgain<T>(work: () => Promise<T>, mayPass: (error: unknown) => boolean): Promise<T> {
  const enough = performance.now() + ENOUGH_MS
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === TRIES || performance.now() > enough || !mayPass(error)) throw error
    }
    await sleep(Math.random() * PAUSE_MS)
  }
}
