/** One request and its answer, tried again as long as that makes sense. */
import { ConnectionError, ProblemError, type Answer } from './errors.ts'
import { limited, type Limit } from './limit.ts'
import { holdSecondsIn, type Patience } from './patience.ts'
import { tryingAgain } from './trying-again.ts'

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
  /** Redirects are read as well. Else they are errors: what was meant for this address is not for another. */
  readonly isFollowing?: boolean
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
    const { ok, status, headers } = response
    const isLeading = wish.isFollowing && status < 400 && headers.has('location')
    if (ok || status === 304 || isLeading) return await read(response, body)
    throw new ProblemError(await answerOf(response, body))
  } catch (error) {
    throw limit.reasonFor(error)
  } finally {
    limit.release()
  }
}

/** @throws TypeError for headers that cannot be sent: nothing would be gained by trying that again */
export function requestOf(line: Line, { method = 'GET', headers, body = null }: Wish): RequestInit {
  const init: RequestInit = {
    method,
    headers: new Headers({ ...line.headers, ...headers }),
    body,
    redirect: 'manual',
  }
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
