/** The thread that looks whether the event loop of the main thread still turns. */
import fs from 'node:fs'
import { workerData } from 'node:worker_threads'
import { DEBUGGED, type Watched } from './event-loop.ts'

const { turns, maxStallSeconds } = workerData as Watched

const LOOK_MS = 1000

// In looks and not by a clock: while the process is stopped or the machine sleeps, nobody looks either.
let seen = 0
let still = 0
setInterval(() => {
  const now = Atomics.load(turns, 0)
  still = now === seen && now !== DEBUGGED ? still + 1 : 0
  seen = now
  if (still * LOOK_MS >= maxStallSeconds * 1000) end()
}, LOOK_MS)

function end(): void {
  const sentence =
    `The event loop has stood still for ${maxStallSeconds} s (ACCEPTD_MAX_STALL_SECONDS); ending this process. ` +
    'A task that computes for long should be declared with isolate: true'
  try {
    // Past the log, which needs the main thread.
    fs.writeSync(2, `${JSON.stringify({ level: 60, time: new Date().toISOString(), msg: sentence })}\n`)
  } finally {
    // Also where nobody reads what is said: a pipe may be full, or closed.
    process.kill(process.pid, 'SIGKILL')
  }
}
