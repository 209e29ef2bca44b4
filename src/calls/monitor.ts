/** Where a callee that answered 202 says one can look how far the work is. */
import type { OutboundResponse } from '../outbound/caller.ts'
import { headerOf } from './headers.ts'

// Operation-Location and Azure-AsyncOperation can mean nothing else. Location may be the thing that is being made, and
// Content-Location mostly is a name of the answer itself; FHIR uses it for this.
const MONITORS = ['operation-location', 'azure-asyncoperation', 'location', 'content-location'] as const

// A type, not an interface: it is kept as JSON.
export type Monitor = {
  readonly url: string
  /** The header that named it. */
  readonly by: string
  /** Where the result will be, by a Location beside it (Azure). */
  readonly target?: string
}

/** Undefined where the answer names none. */
export function monitorOf({ url, headers }: OutboundResponse): Monitor | undefined {
  for (const by of MONITORS) {
    const found = resolved(headerOf(headers, by), url)
    if (found === undefined) continue
    const target = by === 'location' ? undefined : resolved(headerOf(headers, 'location'), url)
    return target === undefined || target === found ? { url: found, by } : { url: found, by, target }
  }
  return undefined
}

/** An absolute http or https URL, without its fragment. */
export function resolved(reference: string | undefined, base: string): string | undefined {
  const url = reference === undefined ? null : URL.parse(reference.trim(), base)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  url.hash = ''
  return url.href
}
