/** Headers that a caller may have sent along, as the input's schema has them. */
import { z } from 'zod'
import { isForbiddenHeader } from '../outbound/request-headers.ts'

const MAX_HEADERS = 50
const MAX_NAME = 200
const MAX_VALUE = 8000

// A token (RFC 9110 §5.6.2).
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Field values (§5.5): one byte per character, no control characters but the tab. A line break would begin a header.
const VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/

// What says who calls, why and whose it is; a callee must be able to believe these.
const OURS = /^(?:webhook-.*|traceparent|acceptd-attempt)$/i

const value = z
  .string()
  .max(MAX_VALUE)
  .regex(VALUE, 'Must not contain line breaks, control characters, or characters beyond U+00FF')

export const secretValue = z
  .object({ secret: value.min(1).meta({ description: 'Stored encrypted, and shown nowhere' }) })
  .meta({ description: 'A value that nobody is to see' })

export const headers = z
  .record(z.string(), z.union([value, secretValue], { error: 'Must be a string or {"secret": "…"}' }))
  .superRefine((given, ctx) => {
    const names = Object.keys(given)
    if (names.length > MAX_HEADERS) {
      ctx.addIssue({ code: 'custom', message: `Must be at most ${MAX_HEADERS} headers`, input: given })
    }
    for (const [index, name] of names.entries()) {
      const problem = nameProblem(name, names.slice(0, index))
      if (problem) ctx.addIssue({ code: 'custom', message: problem, path: [name], input: given })
    }
  })
  .meta({
    maxProperties: MAX_HEADERS,
    description: `Sent along. A value that nobody is to see is {"secret": "…"}. Not those that belong to the connection (Host, Content-Length, Connection …), nor traceparent, Acceptd-Attempt and webhook-…, which acceptd sends itself`,
  })

function nameProblem(name: string, before: readonly string[]): string | undefined {
  if (name.length > MAX_NAME || !NAME.test(name)) return 'Is not a name a header can have'
  if (OURS.test(name)) return 'This header is sent by acceptd itself'
  if (isForbiddenHeader(name)) return 'This header belongs to the connection and cannot be set'
  const twin = before.find((other) => other.toLowerCase() === name.toLowerCase())
  return twin === undefined ? undefined : `Is the same header as "${twin}"`
}
