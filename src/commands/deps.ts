/** What commands work with; handed over by main.ts. */
import type { PgBoss } from 'pg-boss'
import type { Db } from '../store/database.ts'
import type { WorkSignal } from '../store/signals.ts'

export interface Deps {
  readonly db: Db
  readonly boss: PgBoss
  readonly workSignal: WorkSignal
}
