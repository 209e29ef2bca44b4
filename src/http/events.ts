/** A job's changes as Server-Sent Events (WHATWG HTML §9.2): the same document as GET answers, once per change. */
import type { Request, Response } from 'express'
import { findOwnJob } from '../commands/own-job.ts'
import { JobError } from '../job/errors.ts'
import type { Job } from '../job/job.ts'
import { spread } from '../job/spread.ts'
import { isTerminal } from '../job/status.ts'
import type { HttpContext } from './context.ts'
import { wantedBy } from './job.ts'
import { urlsOf } from './place.ts'
import { jobDocument } from './representation.ts'
import { whenOver } from './waits.ts'

export const EVENT_STREAM = 'text/event-stream'

// Proxies close what has been silent for half a minute or so; the standard suggests about 15 s (§9.2.7). A little under,
// so that no gap is longer.
const COMMENT_MS = 14_000
// Before a browser connects again.
const RECONNECT_MS = 2000
// When all places are taken, some are free again soon: jobs end.
const FULL_RETRY_SECONDS = 5

export function eventsHandler(context: HttpContext) {
  return async (req: Request, res: Response): Promise<void> => {
    const { deps, watch, waits } = context
    const wanted = wantedBy(context, req, res)
    // First this, then the look: a change between them is heard.
    const stream = eventStream(res, lastEventId(req))
    const following = watch.follow(wanted.id, stream.show)
    whenOver(res, () => following.stop())
    try {
      const job = await findOwnJob(deps, wanted)
      following.knows(job.revision)
      // A browser that has seen the end must not connect again: only 204 tells it so (§9.2.3).
      if (isTerminal(job.status) && stream.hasSeen(job)) return void res.status(204).end()
      if (!waits.enter(res)) {
        const detail = 'Too many event streams are open; poll the job, or connect again later'
        throw new JobError('temporary-reduced-capacity', detail, {
          jobId: job.id,
          retryAfterSeconds: spread(FULL_RETRY_SECONDS),
        })
      }
      stream.begin(job)
      const signal = waits.signalOf(res)
      // A HEAD wants the headers (RFC 9110 §9.3.2); and this process may be stopping already.
      if (req.method === 'HEAD' || signal.aborted) stream.end()
      else signal.addEventListener('abort', stream.end)
    } catch (error) {
      following.stop()
      throw error
    }
  }
}

function eventStream(res: Response, seen: number | undefined) {
  const urls = urlsOf(res)
  let shown = seen ?? 0
  let begun = false
  let ended = false
  // What the reader has no room for: the newest only, so that a slow one costs no more than a quick one.
  let waiting: Job | undefined
  let full = false
  let comments: NodeJS.Timeout | undefined

  function begin(job: Job): void {
    // An id that we never gave out: as if there were none.
    if (shown > job.revision) shown = 0
    begun = true
    res.set({
      'Content-Type': EVENT_STREAM,
      'Cache-Control': 'no-store',
      // nginx would keep events back until its buffer is full.
      'X-Accel-Buffering': 'no',
    })
    res.status(200).flushHeaders()
    write(`retry: ${RECONNECT_MS}\n\n`)
    comments = setInterval(() => full || write(':\n\n'), COMMENT_MS)
    res.on('drain', () => {
      full = false
      if (waiting) show(waiting)
    })
    show(waiting && waiting.revision > job.revision ? waiting : job)
  }

  function show(job: Job | undefined): void {
    // Deleted or expired: there is nothing more to tell.
    if (!job) return begun ? end() : undefined
    if (!begun || full) {
      waiting = job
      return
    }
    waiting = undefined
    if (ended || job.revision <= shown) return
    shown = job.revision
    write(`event: job\nid: ${job.revision}\ndata: ${JSON.stringify(jobDocument(job, urls))}\n\n`)
    if (isTerminal(job.status)) end()
  }

  function write(text: string): void {
    full = !res.write(text)
  }

  function end(): void {
    if (ended) return
    ended = true
    clearInterval(comments)
    res.end()
  }

  return { begin, show, end, hasSeen: (job: Job) => job.revision === shown }
}

/** An id of ours, which is a revision. */
function lastEventId(req: Request): number | undefined {
  const field = req.get('Last-Event-ID') ?? ''
  return /^\d{1,9}$/.test(field) ? Number(field) : undefined
}
