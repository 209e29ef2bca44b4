/** What the parts of a worker work with; handed over by assemble.ts. */
import type { PgBoss } from 'pg-boss'
import type { Sealer } from '../job/sealing.ts'
import type { Db } from '../store/database.ts'
import type { Signals } from '../store/signals.ts'
import type { Settler } from './settler.ts'

export interface WorkDeps {
  readonly db: Db
  readonly boss: PgBoss
  readonly signals: Signals
  readonly settler: Settler
  /** Absent where the operator has set no key. */
  readonly sealer?: Sealer | undefined
}

export interface WatchDeps extends WorkDeps {
  /** With a connection of its own: a lease is renewed in time, however much work waits for the others. */
  readonly pulse: Db
}
