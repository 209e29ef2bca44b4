/** Waiting for a state, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises'

const LIMIT_MS = 60_000

export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; ;) {
    if (await holds()) return
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`)
    await sleep(15)
  }
}
