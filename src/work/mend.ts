/** Mending what the audit finds, each job in a transaction of its own: one that cannot be mended keeps no other from it. */
import { audit, AUDIT_LIMIT, type Disagreement } from '../queue/audit.ts'
import { repair, type Repair } from '../queue/repair.ts'
import type { Db } from '../store/database.ts'
import { isOutage } from '../store/outage.ts'

export interface Mending {
  readonly disagreement: Disagreement
  /** What was done, or why nothing could be. */
  readonly outcome: Repair | Error
}

/** All there are, however many: the audit tells of so many at a time. */
export async function* mend(db: Db): AsyncGenerator<Mending> {
  const tried = new Set<string>()
  for (;;) {
    const found = await audit(db)
    // A job may be in it twice, with the delivery it has and with the one it lacks.
    const fresh = found.filter(
      ({ id }, at) => !tried.has(id) && found.findIndex((one) => one.id === id) === at,
    )
    for (const disagreement of fresh) {
      tried.add(disagreement.id)
      yield { disagreement, outcome: await mendOne(db, disagreement.id) }
    }
    if (fresh.length === 0 || found.length < AUDIT_LIMIT) return
  }
}

async function mendOne(db: Db, id: string): Promise<Repair | Error> {
  try {
    return await db.transaction().execute((trx) => repair(trx, id))
  } catch (error) {
    if (isOutage(error) || !(error instanceof Error)) throw error
    return error
  }
}
