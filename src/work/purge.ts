/** Purging jobs whose time is over. To callers they are gone already; this gives the room back. */
import { forgetEndpoints } from '../store/endpoints.ts'
import { forgetTombstones, PURGE_BATCH, purgeExpired } from '../store/retention.ts'
import type { Db } from '../store/database.ts'

export const PURGE_EVERY_MS = 10_000

/** In small batches, so that nobody waits for the rows of one that is long. */
export async function purge(db: Db): Promise<void> {
  while ((await purgeExpired(db)) === PURGE_BATCH);
  await forgetTombstones(db)
  await forgetEndpoints(db)
}
