/** Running many failed or canceled jobs again, as retry-job.ts does one. */
import type { Catalogue } from '../job/catalogue.ts'
import type { Deps } from './deps.ts'
import { inBatches, type ManyDone, type ManyWanted } from './in-batches.ts'
import { runAgain } from './run-again.ts'

/** @param wanted with a status of failed or canceled */
export async function retryJobs(
  { db, signals, sealer }: Deps,
  catalogue: Catalogue,
  wanted: ManyWanted,
): Promise<ManyDone> {
  return inBatches(db, wanted, async (trx, held) => {
    const again = await runAgain(trx, { catalogue, sealer }, held)
    return {
      done: again.length,
      tell() {
        for (const queue of new Set(again.map((job) => job.queue))) signals.work(queue)
        for (const { id } of again) signals.changed(id)
      },
    }
  })
}
