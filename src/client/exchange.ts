/** One request and its answer, tried again as long as that makes sense. */
import { ConnectionError, ProblemError, type Answer } from './errors.ts'
import { holdSecondsIn, tryingAgain, type Patience } from './patience.ts'

/** By which a client talks to a server. */
export interface Line {
  readonly fetch: typeof fetch
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  readonly patience: Patience
}

export interface Wish {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestInit['body']
  /** The server is asked to hold its answer until there is more to say. */
  readonly isPatient?: boolean
  /** Where not all that is passing may be tried again: to do it twice would not be to do it once. */
  readonly mayRepeat?: (error: unknown) => boolean
}

// What a server needs for an answer, on a bad day; what it is asked to hold one for comes on top.
const ANSWER_MS = 30_000

/** @param body all that came with the answer */
export type Reading<T> = (response: Response, body: Blob) => T | Promise<T>

/**
 * @param read makes something of a 2xx or 304; what it cannot read is tried again like all else
 * @throws ProblemError, ConnectionError, DeadlineError; the signal's reason
 */
export async function exchange<T>(line: Line, url: string, wish: Wish, read: Reading<T>): Promise<T> {
  const again = tryingAgain(line.patience)
  let doubtful = false
  for (;;) {
    try {
      return await once(line, url, wish, read)
    } catch (error) {
      if (error instanceof ProblemError) error.doubtful = doubtful
      if (wish.mayRepeat?.(error) === false) throw error
      doubtful ||= isDoubtful(error)
      await again(error)
    }
  }
}

/** Nobody knows whether the request was carried out. */
function isDoubtful(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ProblemError && error.status >= 500)
}

async function once<T>(line: Line, url: string, wish: Wish, read: Reading<T>): Promise<T> {
  // Anew for each try: what is left of the time is less by then.
  const holdSeconds = wish.isPatient ? holdSecondsIn(line.patience) : 0
  const prefer: Record<string, string> = holdSeconds > 0 ? { Prefer: `wait=${holdSeconds}` } : {}
  const request = requestOf(line, { ...wish, headers: { ...wish.headers, ...prefer } })
  const limit = limited(line.patience, ANSWER_MS + holdSeconds * 1000)
  try {
    const response = await line.fetch(url, { ...request, signal: limit.signal })
    // Whatever it says: read to its end, so that the connection can be used again.
    const pieces: Uint8Array<ArrayBuffer>[] = []
    for await (const piece of piecesOf(response, limit)) pieces.push(piece)
    const body = new Blob(pieces)
    if (response.ok || response.status === 304) return await read(response, body)
    throw new ProblemError(await answerOf(response, body))
  } catch (error) {
    throw limit.reasonFor(error)
  } finally {
    limit.release()
  }
}

/** @throws TypeError for headers that cannot be sent: nothing would be gained by trying that again */
export function requestOf(line: Line, { method = 'GET', headers, body = null }: Wish): RequestInit {
  const init: RequestInit = { method, headers: new Headers({ ...line.headers, ...headers }), body }
  // A browser would add an If-None-Match of its own, with which a wait ends at any change. Not every runtime knows this.
  if ('cache' in Request.prototype) init.cache = 'no-store'
  return init
}

/** As they come: each is a sign of life. */
export async function* piecesOf(
  { body }: Response,
  { restart }: Limit,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>> | null)?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) return
    restart()
    yield value
  }
}

/** The body as JSON, where it is some. */
export async function answerOf({ status, headers }: Response, body: Blob): Promise<Answer> {
  return { status, headers, body: parsed(await body.text()) }
}

/** Undefined where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of a 2xx. What is no JSON does not come from the API, but from something in between. */
export async function documentOf<T>(response: Response, body: Blob): Promise<T> {
  const answer = await answerOf(response, body)
  if (typeof answer.body === 'object' && answer.body !== null) return answer.body as T
  const detail = `${response.url} does not answer as acceptd does`
  throw new ProblemError({ ...answer, body: { code: 'unexpected-answer', detail, retryable: false } })
}

export interface Limit {
  readonly signal: AbortSignal
  /** There was a sign of life: the time begins again. */
  restart(this: void): void
  release(this: void): void
  /** Whatever is still under way is of no interest any more. */
  end(this: void): void
  /** What an error of this try really means. What else goes wrong in a try is of the network, whatever a runtime calls it. */
  reasonFor(this: void, error: unknown): unknown
}

/** A signal for one try, aborted with the caller's, at the deadline, and after this time without a sign of life. */
export function limited(patience: Patience, ms: number): Limit {
  const { signal, leftMs, deadline } = patience
  signal?.throwIfAborted()
  if (!(leftMs() > 0)) throw deadline()
  const controller = new AbortController()
  const stop = () => controller.abort(signal?.reason)
  let timer: ReturnType<typeof setTimeout> | undefined
  const restart = () => {
    clearTimeout(timer)
    const left = leftMs()
    timer = setTimeout(
      () => controller.abort(left <= ms ? deadline() : silence(ms)),
      Math.min(ms, Math.max(0, left)),
    )
  }
  const release = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
  restart()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    restart,
    release,
    end() {
      release()
      controller.abort()
    },
    reasonFor(error: unknown): unknown {
      if (controller.signal.aborted) return controller.signal.reason
      if (error instanceof ProblemError) return error
      return new ConnectionError(`The request failed: ${reasonOf(error)}`, { cause: error })
    },
  }
}

function silence(ms: number): ConnectionError {
  return new ConnectionError(`There was no answer for ${Math.round(ms / 1000)} s`)
}

/** Node has the reason in the cause, and the words "fetch failed" before it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  if (!(cause instanceof Error)) return message
  // With more than one address the message is empty.
  const { code } = cause as { readonly code?: string }
  return cause.message || (code ?? message)
}
