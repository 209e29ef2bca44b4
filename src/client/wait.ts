/** Waiting for the end of a job: the server holds its answer until then; where it does not, it is asked as it says. */
import { retryAfterSeconds } from '../polling/retry-after.ts'
import type { Job } from './documents.ts'
import { ConnectionError, ProblemError, withJob } from './errors.ts'
import { oneStream } from './events.ts'
import { documentOf, exchange, type Line } from './exchange.ts'
import { sleep } from './limit.ts'
import { holdSecondsIn } from './patience.ts'

export interface WaitOptions {
  /** Called with the job as it is, and then at each change. */
  readonly onChange?: ((job: Job) => void) | undefined
  /** Follows the job's event stream: one request, however long it takes. */
  readonly events?: boolean | undefined
}

// Where the server says nothing.
const PAUSE_SECONDS = 1

/**
 * The job, once it is done: completed, failed or canceled.
 * @param known the job, where it has been seen before
 * @throws CallError with the job as it was last seen; the signal's reason
 */
export async function waitForEnd(line: Line, self: string, options: WaitOptions, known?: Job): Promise<Job> {
  const { events = false, onChange } = options
  let seen: Seen | undefined
  let shown = ''
  const show = (job: Job) => {
    const state = JSON.stringify(job)
    if (state !== shown) onChange?.(job)
    shown = state
  }
  try {
    if (known) show(known)
    if (known?.done) return known
    for (;;) {
      if (events) {
        for await (const job of streamed(line, self)) {
          seen = { job, etag: undefined, pauseSeconds: 0 }
          show(job)
          if (job.done) return job
        }
      }
      // To hear of each change, one must know how things are first.
      const hold = !onChange || seen?.etag !== undefined
      seen = await look(line, self, hold, onChange && seen)
      show(seen.job)
      if (seen.job.done) return seen.job
      // A stream that ended may well end again at once.
      const pauseSeconds = seen.pauseSeconds || (events ? PAUSE_SECONDS : 0)
      if (pauseSeconds > 0) await sleep(pauseSeconds * 1000, line.patience)
    }
  } catch (error) {
    throw withJob(error, seen?.job ?? known)
  }
}

/** As long as there is a stream. After that a look tells how things are, whatever the reason was. */
async function* streamed(line: Line, self: string): AsyncGenerator<Job, void, undefined> {
  try {
    yield* oneStream(line, self, { id: '' })
  } catch (error) {
    if (!(error instanceof ProblemError || error instanceof ConnectionError)) throw error
  }
}

interface Seen {
  readonly job: Job
  readonly etag: string | undefined
  /** Before the next look. None where the server has held its answer. */
  readonly pauseSeconds: number
}

/** @param before where given, any change since then is worth an answer */
function look(line: Line, self: string, hold: boolean, before: Seen | undefined): Promise<Seen> {
  const headers: Record<string, string> = before?.etag === undefined ? {} : { 'If-None-Match': before.etag }
  const holdSeconds = holdSecondsIn(line.patience)
  const askedAt = performance.now()
  return exchange(line, self, { headers, isPatient: hold }, async (response, body) => {
    const job = response.status === 304 && before ? before.job : await documentOf<Job>(response, body)
    const etag = response.headers.get('etag') ?? before?.etag
    // It may say that it holds the answer, and then be too busy to: then it is asked as if it had not said so.
    const isHeld = /\bwait\b/.test(response.headers.get('preference-applied') ?? '')
    const isLong = performance.now() - askedAt > (holdSeconds * 1000) / 2
    const isAnswered = hold
      ? isHeld && (isLong || (before !== undefined && etag !== before.etag))
      : etag !== undefined
    return { job, etag, pauseSeconds: isAnswered ? 0 : pauseIn(response.headers) }
  })
}

export function pauseIn(headers: Headers): number {
  const asked = retryAfterSeconds(headers.get('retry-after'), Date.now(), headers.get('date'))
  return Math.max(PAUSE_SECONDS, asked ?? 0)
}
