/** Waiting for what another process does. */
import { setTimeout as sleep } from 'node:timers/promises'

/** @param everyMs how often to ask: seldom enough not to be a load of its own */
export async function until(
  what: string,
  everyMs: number,
  seconds: number,
  happened: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`)
    await sleep(everyMs)
  }
}
