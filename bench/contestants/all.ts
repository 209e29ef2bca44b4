/** Everybody, in the order in which the first round begins. */
import { acceptd } from './acceptd.ts'
import { acceptdWithHistory } from './acceptd-with-history.ts'
import { bossSend, bossWork, bossWorkBatch } from './boss.ts'
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
    bossWorkBatch,
    bullmq,
    graphileWorker,
    restate,
  ]
}
