/** Deleting many jobs that have ended, as delete-job.ts does one. */
import { deleteJobs as deleteRows } from '../store/retention.ts'
import type { Deps } from './deps.ts'
import { inBatches, type ManyDone, type ManyWanted } from './in-batches.ts'

/** @param wanted with a terminal status */
export async function deleteJobs({ db, signals }: Deps, wanted: ManyWanted): Promise<ManyDone> {
  return inBatches(db, wanted, async (trx, held) => {
    const ids = held.map(({ id }) => id)
    return {
      done: await deleteRows(trx, ids),
      tell() {
        for (const id of ids) signals.changed(id)
      },
    }
  })
}
