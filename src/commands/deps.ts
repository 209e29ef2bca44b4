/** What commands work with; handed over by make-api.ts. */
import type { PgBoss } from 'pg-boss'
import type { Sealer } from '../job/sealing.ts'
import type { Db } from '../store/database.ts'
import type { JobReader } from '../store/jobs.ts'
import type { Signals } from '../store/signals.ts'
import type { Acceptor } from './acceptor.ts'

export interface Deps {
  readonly db: Db
  readonly boss: PgBoss
  readonly signals: Signals
  readonly acceptor: Acceptor
  readonly jobs: JobReader
  /** Absent where the operator has set no key. */
  readonly sealer?: Sealer | undefined
  /** How long jobs are kept after their end, but for tasks that say so themselves. */
  readonly retentionSeconds: number
}
