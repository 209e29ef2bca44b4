/** Where a redirect leads, and what is sent there (RFC 9110 §15.4). */
import type { Answer } from './answering.ts'
import type { OutboundRequest } from './outbound-request.ts'
import { withoutContent, withoutCredentials } from './request-headers.ts'

/** What is sent in a hop. */
export type Leg = Pick<OutboundRequest, 'method' | 'headers' | 'body'>

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** The address an answer sends on to, whether or not it may be called. */
export function redirectTarget({ status, headers }: Answer, from: URL): string | undefined {
  const location = headers.find(([name]) => name === 'location')?.[1]
  if (location === undefined || !REDIRECTS.has(status)) return undefined
  // Servers that send other than ASCII mean UTF-8.
  return URL.parse(Buffer.from(location, 'latin1').toString(), from.href)?.href
}

/** What was dropped once is gone: the next hop may lead back, by the will of the origin between. */
export function nextLeg(
  leg: Leg,
  status: number,
  sameOrigin: boolean,
  privateHeaders?: readonly string[],
): Leg {
  const { method, headers, body } = becomesGet(leg.method.toUpperCase(), status)
    ? { method: 'GET', headers: withoutContent(leg.headers) }
    : leg
  const kept = sameOrigin ? headers : withoutCredentials(headers, privateHeaders)
  return { method, headers: kept, ...(body ? { body } : {}) }
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
