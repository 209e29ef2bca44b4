/** Everybody, in the order in which the first round begins. */
import { acceptd } from './acceptd.ts'
import { acceptdWithHistory } from './acceptd-with-history.ts'
import { bossSend, bossWork, bossWorkBatch, bossWorkOne } from './boss.ts'
import { bullmq } from './bullmq.ts'
import type { Contestant } from './contestant.ts'
import { express } from './express.ts'
import { graphileWorker } from './graphile-worker.ts'
import { plainTransaction } from './plain-transaction.ts'
import { restate } from './restate.ts'

export function contestants(history: number): readonly Contestant[] {
  return [
    acceptd,
    ...(history > 0 ? [acceptdWithHistory(history)] : []),
    express,
    plainTransaction,
    bossSend,
    bossWork,
    bossWorkOne,
    bossWorkBatch,
    bullmq,
    graphileWorker,
    restate,
  ]
}
