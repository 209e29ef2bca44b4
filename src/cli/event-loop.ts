/** Ends this process when its event loop stands still for good: a task that loops for ever lets nothing stop it, not even a signal. */
import inspector from 'node:inspector'
import { Worker } from 'node:worker_threads'
import { programFile } from '../work/program-file.ts'

/** What the thread that looks is given. */
export interface Watched {
  /** One number, which grows as long as the event loop turns; DEBUGGED where somebody may hold it. */
  readonly turns: Int32Array<SharedArrayBuffer>
  readonly maxStallSeconds: number
}

export const DEBUGGED = -1

// Twice for each look.
const TURN_MS = 500

/** @param maxStallSeconds 0 for ever */
export function watchEventLoop(maxStallSeconds: number): void {
  if (maxStallSeconds === 0) return
  const turns = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => {
    if (inspector.url() === undefined) Atomics.add(turns, 0, 1)
    else Atomics.store(turns, 0, DEBUGGED)
  }, TURN_MS).unref()
  const workerData: Watched = { turns, maxStallSeconds }
  new Worker(programFile('cli/event-loop-thread'), { workerData }).unref()
}
