/** Where a server that answered 202 says one can look how far the work is. */

/** What is asked of an answer, whoever got it. */
export interface Answered {
  /** Where it came from, after redirects. */
  readonly url: string
  /** By its name in lower case. */
  readonly header: (name: string) => string | null | undefined
}

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
export function monitorOf({ url, header }: Answered): Monitor | undefined {
  for (const by of MONITORS) {
    const found = resolved(header(by), url)
    if (found === undefined) continue
    const target = by === 'location' ? undefined : resolved(header('location'), url)
    return target === undefined || target === found ? { url: found, by } : { url: found, by, target }
  }
  return undefined
}

/** An absolute http or https URL, without its fragment. */
export function resolved(reference: string | null | undefined, base: string): string | undefined {
  if (typeof reference !== 'string' || !URL.canParse(reference.trim(), base)) return undefined
  const url = new URL(reference.trim(), base)
  if (!/^https?:$/.test(url.protocol)) return undefined
  url.hash = ''
  return url.href
}
