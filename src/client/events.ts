/** A job's changes as they happen: its event stream, taken up again wherever it broke off. */
import type { Job } from './documents.ts'
import { ConnectionError, ProblemError } from './errors.ts'
import { eventReader } from './event-stream.ts'
import { answerOf, piecesOf, requestOf, type Line } from './exchange.ts'
import { limited, sleep } from './limit.ts'
import { tryingAgain } from './trying-again.ts'

// The server says something every 15 s at least. After three times that, nobody is there any more.
const SILENCE_MS = 45_000
// Before a stream that was heard is asked for again: it may end at once, every time.
const PAUSE_MS = 1000

/** How far a stream has been read, so that it can be taken up there. */
export interface Bookmark {
  id: string
  /** Whether the last connection said anything, be it that nothing is new. */
  isHeard?: boolean
}

/**
 * The job as it is, and then at each change, until it is done. Changes in quick succession may come as one.
 * @throws ProblemError, ConnectionError, DeadlineError; the signal's reason
 */
export async function* eventsOf(line: Line, self: string): AsyncGenerator<Job, void, undefined> {
  const bookmark: Bookmark = { id: '' }
  let again = tryingAgain(line.patience)
  for (;;) {
    try {
      for await (const job of oneStream(line, self, bookmark)) {
        yield job
        if (job.done) return
      }
      // A process that is stopping ends its streams. Another is there by now, or will be soon.
      throw new ConnectionError('The event stream ended before the job did')
    } catch (error) {
      // However long nothing changes, and whatever cuts the streams: that is no time of errors only.
      if (bookmark.isHeard) {
        again = tryingAgain(line.patience)
        await sleep(PAUSE_MS, line.patience)
      }
      await again(error)
    }
  }
}

/** One connection's worth of changes. */
export async function* oneStream(
  line: Line,
  self: string,
  bookmark: Bookmark,
): AsyncGenerator<Job, void, undefined> {
  const last: Record<string, string> = bookmark.id === '' ? {} : { 'Last-Event-ID': bookmark.id }
  const request = requestOf(line, { headers: { Accept: 'text/event-stream', ...last } })
  const limit = limited(line.patience, SILENCE_MS)
  bookmark.isHeard = false
  const read = eventReader()
  const decoder = new TextDecoder()
  try {
    const response = await line.fetch(`${self}/events`, { ...request, signal: limit.signal })
    const { status, headers } = response
    // 204: the last change has been seen. Whoever asks all the same wants to see it again.
    if (status === 204) bookmark.id = ''
    else if (!response.ok || !headers.get('content-type')?.startsWith('text/event-stream'))
      throw new ProblemError(await answerOf(response, await response.blob()))
    for await (const piece of piecesOf(response, limit)) {
      bookmark.isHeard = true
      for (const { data, id } of read(decoder.decode(piece, { stream: true }))) {
        bookmark.id = id
        yield JSON.parse(data) as Job
      }
    }
  } catch (error) {
    throw limit.reasonFor(error)
  } finally {
    // Also where the reader has lost interest: the connection is not to stay open for nobody.
    limit.end()
  }
}
