/** One request and what came of it, as a transcript shows them. */
import type { Json } from '../job/json.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import type { CallError } from '../outbound/call-error.ts'
import { documentOf, shownText } from './document.ts'
import { isSensitive, type HeaderPairs } from './headers.ts'
import type { Outgoing } from './request.ts'
import { REDACTED, type Redactor } from './secrets.ts'
import { shownQuery, shownUrl, withoutQueries } from './shown-url.ts'
import { rounded } from './timings.ts'

export interface Exchange {
  readonly at: Date
  readonly request: Outgoing
  /** Lower-case names of headers and query parameters that hold secrets, whatever they are called. */
  readonly hidden: readonly string[]
  readonly response?: OutboundResponse
  readonly error?: Pick<CallError, 'code' | 'message' | 'timings' | 'hops'> | { readonly code: 'stopped' }
}

/** What of each exchange is shown at most; the next where that is too much in all. */
export const SIZES = [
  { body: 2000, headers: 40, value: 500 },
  { body: 1000, headers: 20, value: 200 },
  { body: 300, headers: 12, value: 100 },
  { body: 60, headers: 5, value: 60 },
] as const

export type Size = (typeof SIZES)[number]

export function shownExchange(
  { at, request, hidden, response, error }: Exchange,
  redact: Redactor,
  size: Size,
): Json {
  const { method, url, headers, body, shownBody = body } = request
  const timings = response?.timings ?? (error && 'timings' in error ? error.timings : undefined)
  const hops = response?.hops ?? (error && 'hops' in error ? error.hops : [])
  return {
    at: at.toISOString(),
    request: {
      method,
      url: redact.text(shownUrl(url, hidden)),
      headers: shownHeaders(headers, hidden, redact, size),
      ...(shownBody ? { body: shownBytes(shownBody, size) } : {}),
    },
    ...(response ? { response: shownResponse(response, hidden, redact, size) } : {}),
    ...(error ? { error: shownError(error, redact) } : {}),
    ...(timings ? { timings: rounded(timings) } : {}),
    ...(hops.length === 0
      ? {}
      : {
          redirects: hops.slice(0, 5).map((hop) => ({
            url: redact.text(shownUrl(hop.url, hidden)).slice(0, 300),
            status: hop.status,
            location: redact
              .text(shownUrl(URL.parse(hop.location, hop.url)?.href ?? '', hidden))
              .slice(0, 300),
          })),
        }),
  }
}

function shownResponse(
  response: OutboundResponse,
  hidden: readonly string[],
  redact: Redactor,
  size: Size,
): Json {
  const { status, headers, bytes, truncated } = response
  const document = documentOf(response)
  return {
    status,
    headers: shownHeaders(headers, hidden, redact, size),
    body: document.isText ? excerpt(shownText(document, redact), size.body) : `(${bytes} bytes)`,
    bytes,
    ...(truncated ? { truncated } : {}),
  }
}

function shownError(error: NonNullable<Exchange['error']>, redact: Redactor): Json {
  const detail =
    'message' in error
      ? redact.text(withoutQueries(error.message.slice(0, 2000)))
      : 'The attempt was stopped meanwhile'
  return { code: error.code, detail: excerpt(detail, 500) }
}

/** Several of one name are put together, as JSON has each name once. */
function shownHeaders(headers: HeaderPairs, hidden: readonly string[], redact: Redactor, size: Size): Json {
  const shown = new Map<string, string>()
  for (const [given, value] of headers.slice(0, size.headers)) {
    const name = excerpt(redact.text(given.toLowerCase()), 100)
    const isHidden = hidden.includes(given.toLowerCase()) || isSensitive(given)
    const before = shown.get(name)
    const text = isHidden
      ? REDACTED
      : excerpt(redact.text(holdsUrl(given) ? shownQuery(value, hidden) : value), size.value)
    shown.set(name, before === undefined || isHidden ? text : excerpt(`${before}, ${text}`, size.value))
  }
  return Object.fromEntries(shown)
}

/** Its query may have a secret in it. */
function holdsUrl(name: string): boolean {
  return /location|asyncoperation|^link$/i.test(name)
}

function shownBytes(bytes: Buffer, size: Size): string {
  try {
    return excerpt(new TextDecoder('utf-8', { fatal: true }).decode(bytes), size.body)
  } catch {
    return `(${bytes.length} bytes)`
  }
}

function excerpt(text: string, max: number): string {
  const cut = text.length <= max ? text : `${text.slice(0, max)}…`
  return cut.toWellFormed().replaceAll('\u0000', '\uFFFD')
}
