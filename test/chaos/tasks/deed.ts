/** Work that leaves a trace of everything it does in a file, outside of the database. */
import { appendFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, TaskError, z } from 'acceptd'

const LEDGER = process.env['CHAOS_LEDGER'] ?? '/dev/null'
const STEP_MS = 100

export default defineTask({
  summary: 'Do something, and write it down',
  input: z.object({
    /** Of the wish; nothing is done with it, it is there to be found again. */
    name: z.string(),
    ms: z.int().min(0).default(0),
    /** As many attempts throw before one returns. */
    failures: z.int().min(0).max(3).default(0),
    /** The error is one that no further attempt mends. */
    final: z.boolean().default(false),
    /** What the error says. */
    words: z.string().default('as it was told to'),
  }),
  output: z.object({ job: z.string(), attempt: z.int(), nonce: z.string() }),
  example: { name: 'a deed' },
  retry: { limit: 3, delaySeconds: 0.1, maxDelaySeconds: 0.5 },
  typicalSeconds: 1,
  timeoutSeconds: 120,
  async run({ ms, failures, final, words }, { jobId: job, attempt, signal, progress }) {
    const nonce = randomUUID()
    // One write, in append mode: lines of several processes do not mix.
    const write = (deed: string, more = {}) =>
      appendFileSync(
        LEDGER,
        `${JSON.stringify({ type: 'deed', at: Number(process.hrtime.bigint()) / 1e6, pid: process.pid, job, attempt, deed, ...more })}\n`,
      )
    write('began')
    try {
      for (let left = ms; left > 0; left -= STEP_MS) {
        await sleep(Math.min(left, STEP_MS), undefined, { signal })
        progress(((ms - left) / ms) * 100)
      }
    } catch (error) {
      write('aborted')
      throw error
    }
    if (attempt <= failures || final) {
      write('threw')
      // Words may have in them what no database takes.
      throw new TaskError(`${words}\u0000`, { code: final ? 'no-use' : 'not-yet', retryable: !final })
    }
    write('effect', { nonce })
    write('returned')
    return { job, attempt, nonce }
  },
})
