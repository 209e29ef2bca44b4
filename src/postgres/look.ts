/** Waiting for something that can only be noticed by looking again. */
import { setTimeout as sleep } from 'node:timers/promises'

// Postgres starts and stops in about 40 ms, so a longer pause would be most of the wait.
const PAUSE_MILLISECONDS = 25

/** Looks until there is something to see; undefined when the time is over. */
export async function lookUntil<T>(
  seconds: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen !== undefined || performance.now() > end) return seen
    await sleep(PAUSE_MILLISECONDS)
  }
}
