/** Headers as pairs: looking one up, and telling which are nobody's business. */
import type { Answered } from '../polling/monitor.ts'

export type HeaderPairs = readonly (readonly [string, string])[]

/** The value of a header, in any case; those of several put together as RFC 9110 §5.3 has it. */
export function headerOf(headers: HeaderPairs, name: string): string | undefined {
  const wanted = name.toLowerCase()
  const values = headers.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(', ')
}

export function answeredBy({
  url,
  headers,
}: {
  readonly url: string
  readonly headers: HeaderPairs
}): Answered {
  return { url, header: (name) => headerOf(headers, name) }
}

const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie|set-cookie)$/i
const SOUNDS_SECRET = /token|secret|api-?key|password|signature/i

/** Whether a header of this name holds what nobody else is to see, by all one can tell from the name. */
export function isSensitive(name: string): boolean {
  return CREDENTIALS.test(name) || SOUNDS_SECRET.test(name)
}
