/** Any server's 202: sends a request as fetch does, and answers when the work is done. */
import { monitorOf, resolved, type Answered, type Monitor } from '../polling/monitor.ts'
import { pollAnswerOf } from '../polling/poll-answer.ts'
import { OperationFailedError, ProblemError } from './errors.ts'
import { exchange, parsed, type Line, type Wish } from './exchange.ts'
import { sleep } from './limit.ts'
import { patienceFor, type CallOptions } from './patience.ts'
import { pauseIn } from './wait.ts'

export interface FollowOptions extends CallOptions {
  readonly method?: string | undefined
  /** They go to the origin of the request only: another may not know what to do with credentials, or too well. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: RequestInit['body'] | undefined
  readonly fetch?: typeof fetch | undefined
}

const ACCEPTED = 202
const FIRST_REDIRECT = 300
const SEE_OTHER = 303
const TOO_MANY = 429
// As many as fetch follows.
const MAX_REDIRECTS = 20
const IDEMPOTENT = /^(?:GET|HEAD|PUT|DELETE|OPTIONS)$/i

/**
 * The final answer. A server says with a 202 where to look (Location, Operation-Location, Azure-AsyncOperation,
 * Content-Location), and there either 202 or a status in the document until the work has ended: Azure, OData, FHIR, OGC,
 * acceptd and their like. A 202 that says nothing of the kind is the answer.
 *
 * A POST that nobody answered is sent again only if it has an Idempotency-Key: else the work might be done twice.
 * @throws OperationFailedError where the work failed; ProblemError, ConnectionError, DeadlineError; the signal's reason
 */
export async function follow(url: string | URL, options: FollowOptions = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body = null, fetch: send = fetch } = options
  const page = (globalThis as { location?: { href: string } }).location
  const start = new URL(url, page?.href)
  const line: Line = {
    // A browser shows nobody where a redirect leads, so there it goes as fetch has it.
    fetch: (to, init) => send(to, page ? { ...init, redirect: 'follow' } : init),
    headers: {},
    patience: patienceFor(options),
  }
  const isRepeatable = IDEMPOTENT.test(method) || new Headers(headers).has('idempotency-key')
  const mayRepeat = (error: unknown) =>
    isRepeatable || (error instanceof ProblemError && error.status === TOO_MANY)
  const ask = async (where: string, wish: Wish = {}, redirects = 0): Promise<WholeAnswer> => {
    const own = new URL(where).origin === start.origin ? headers : {}
    const answer = await exchange(
      line,
      where,
      { ...wish, headers: wish.method ? own : withoutBody(own), isFollowing: redirects < MAX_REDIRECTS },
      (response, whole) => answerIn(where, response, whole),
    )
    const { status } = answer
    const next = status >= FIRST_REDIRECT ? resolved(answer.header('location'), where) : undefined
    if (next === undefined) return answer
    // As browsers have always done it.
    const isGet = status === SEE_OTHER || (status < SEE_OTHER && !IDEMPOTENT.test(method))
    const last = await ask(next, isGet ? {} : wish, redirects + 1)
    return { ...last, isElsewhere: last.isElsewhere || status === SEE_OTHER }
  }
  const accepted = await ask(start.href, { method, body, mayRepeat })
  const monitor = accepted.status === ACCEPTED ? monitorOf(accepted) : undefined
  if (!monitor) return accepted.response
  for (let last = accepted, at = monitor; ;) {
    await sleep(pauseIn(last.response.headers) * 1000, line.patience)
    last = await ask(at.url)
    const result = await resultOf(last, at, ask)
    if (result) return result
    at = moved(at, last)
  }
}

/** Undefined while there is none. */
async function resultOf(
  answer: WholeAnswer,
  monitor: Monitor,
  get: (url: string) => Promise<WholeAnswer>,
): Promise<Response | undefined> {
  const { status, json, url: base, isElsewhere, response } = answer
  // Where a 303 leads from the monitor is the result, whatever that says of itself.
  if (isElsewhere && status !== ACCEPTED) return response
  const said = pollAnswerOf(status, json, { monitor: monitor.url, base, target: monitor.target })
  if (said.kind === 'failed')
    throw new OperationFailedError(said.reason || `It ended as "${said.word}"`, json)
  if (said.kind === 'result') return finished(answer)
  if (said.kind === 'going') return undefined
  const result = await get(said.url)
  return result.status === ACCEPTED ? undefined : result.response
}

/** OData (Protocol §11.6) tells in a header with which status the request itself would have been answered. */
function finished({ response, json }: WholeAnswer): Response {
  const status = Number(response.headers.get('asyncresult') ?? response.status)
  if (status >= 400) throw new ProblemError({ status, headers: response.headers, body: json })
  return response
}

/** Some servers name a new monitor with each answer. Another kind of header would be about something else. */
function moved(monitor: Monitor, answer: WholeAnswer): Monitor {
  const named = answer.status === ACCEPTED ? monitorOf(answer) : undefined
  return named?.by === monitor.by ? { ...monitor, url: named.url } : monitor
}

/** A whole answer, so that nothing breaks off any more. */
interface WholeAnswer extends Answered {
  readonly status: number
  readonly json: unknown
  /** A redirect said that it is to be had elsewhere. In a browser that may be any. */
  readonly isElsewhere: boolean
  readonly response: Response
}

async function answerIn(asked: string, response: Response, body: Blob): Promise<WholeAnswer> {
  const { status, statusText, redirected } = response
  const headers = new Headers(response.headers)
  // Undone by now.
  headers.delete('content-encoding')
  headers.delete('content-length')
  return {
    status,
    // One that somebody made instead of the network has none.
    url: response.url || asked,
    isElsewhere: redirected,
    header: (name) => headers.get(name),
    json: /[/+]json\b/i.test(headers.get('content-type') ?? '') ? parsed(await body.text()) : undefined,
    // 204 and their like cannot be made with a body, not even an empty one.
    response: new Response(body.size === 0 ? null : body, { status, statusText, headers }),
  }
}

/** What was said of the body, of a condition, or of the request as a whole, is not true of a GET that asks how far it is. */
function withoutBody(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:content-|if-|idempotency-key$|prefer$)/i.test(name)),
  )
}
