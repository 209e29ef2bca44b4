/** What was seen of the server and is not in its OpenAPI document. */
import { dereference, isObject, operationFor } from '../api-description.ts'
import type { Answer } from '../exchange.ts'
import type { Document, Target } from '../target.ts'

/** What HTTP itself needs to bring a message over; Content-Type is documented by the keys of `content`. */
const TRANSPORT = 'connection content-length content-type date keep-alive transfer-encoding'

/** What tells browsers how to treat a page: the same on every answer, and nothing a client of the API acts on. */
const BROWSERS =
  'content-security-policy cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy ' +
  'origin-agent-cluster permissions-policy referrer-policy strict-transport-security x-content-type-options ' +
  'x-dns-prefetch-control x-download-options x-frame-options x-permitted-cross-domain-policies x-xss-protection'

const EXEMPT = new Set(`${TRANSPORT} ${BROWSERS}`.split(' '))

export interface Undocumented {
  /** What is not documented: `the header ETag`. */
  readonly what: string
  /** Where it was seen: `GET /jobs/{id} 200`. */
  readonly where: string
}

export interface Comparison {
  readonly undocumented: readonly Undocumented[]
  /** The operations and statuses that were compared. */
  readonly compared: ReadonlySet<string>
}

export function compare(target: Target, api: Document): Comparison {
  const compared = new Set<string>()
  const undocumented = target.seen.flatMap((answer): Undocumented[] => {
    const { method, url, status } = answer
    const found =
      operationFor(api, method, url) ?? (method === 'HEAD' ? operationFor(api, 'GET', url) : undefined)
    if (!found) {
      const where = `${method} ${url.pathname} ${status}`
      return isOfNoOperation(target, answer) ? [] : [{ what: 'the operation', where }]
    }
    const where = `${method} ${found.path} ${status}`
    compared.add(where)
    const response = responseFor(api, found.operation, status)
    if (!response) return [{ what: `the status ${status}`, where: `${method} ${found.path}` }]
    return missingIn(api, response, answer).map((what) => ({ what, where }))
  })
  return { undocumented, compared }
}

/** Refusals of what is not there, OPTIONS, and pages for people with their parts. */
function isOfNoOperation(target: Target, { method, url, status, headers }: Answer): boolean {
  const { openapi, docs, root } = target.profile.paths
  const isPage =
    url.pathname === root ||
    url.pathname === openapi ||
    url.pathname.startsWith(docs) ||
    headers['content-type']?.startsWith('text/html') === true
  return status >= 300 || method === 'OPTIONS' || isPage
}

function responseFor(api: Document, operation: Document, status: number): Document | undefined {
  const responses = dereference(api, operation['responses'])
  const given = responses[status] ?? responses[`${String(status)[0]}XX`] ?? responses['default']
  return given === undefined ? undefined : dereference(api, given)
}

function missingIn(api: Document, response: Document, { method, status, headers }: Answer): string[] {
  const documented = new Set(
    Object.keys(dereference(api, response['headers'])).map((name) => name.toLowerCase()),
  )
  const missing = Object.keys(headers)
    .filter((name) => !EXEMPT.has(name) && !documented.has(name))
    .map((name) => `the header ${name}`)
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const hasContent = mediaType !== undefined && method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasContent || isIn(dereference(api, response['content']), mediaType)) return missing
  return [...missing, `the media type ${mediaType}`]
}

/** The keys of `content` may be ranges. */
function isIn(content: Document, mediaType: string): boolean {
  const [type] = mediaType.split('/')
  return [mediaType, `${type}/*`, '*/*'].some((key) => isObject(content[key]))
}

/** In few words, however often it was seen. */
export function summaryOf(undocumented: readonly Undocumented[]): string {
  const byWhat = Map.groupBy(undocumented, ({ what }) => what)
  const parts = [...byWhat].map(([what, all]) => {
    const places = [...new Set(all.map(({ where }) => where))].toSorted()
    const more = places.length > 6 ? ` and at ${places.length - 6} more places` : ''
    return `${what} (${places.slice(0, 6).join(', ')}${more})`
  })
  return parts.toSorted().join('; ')
}
