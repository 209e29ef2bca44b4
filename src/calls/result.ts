/** What a successful call brings: the output's schema, and an answer as that. */
import { z } from 'zod'
import type { OutboundResponse } from '../outbound/caller.ts'
import { keepableJson, keepableText, type Document } from './document.ts'
import type { HeaderPairs } from './headers.ts'
import type { Redactor } from './secrets.ts'
import { rounded } from './timings.ts'

// What says what the body is, and what to do with it next. Never Set-Cookie: a result is read by many.
const SHOWN_HEADERS: ReadonlySet<string> = new Set([
  'content-disposition',
  'content-language',
  'content-length',
  'content-type',
  'date',
  'deprecation',
  'etag',
  'last-modified',
  'link',
  'location',
  'request-id',
  'retry-after',
  'sunset',
  'x-request-id',
])

const ms = z.number().min(0).optional()

export const output = z.object({
  status: z.int().meta({ description: 'The status of the final answer' }),
  headers: z
    .record(z.string(), z.string())
    .meta({ description: `Of its headers ${[...SHOWN_HEADERS].join(', ')}` }),
  body: z.unknown().meta({
    description:
      'Its body: a JSON value where it is JSON that can be kept exactly, text where it is text, base64 otherwise; null where it is empty',
  }),
  bodyEncoding: z.literal('base64').optional().meta({ description: 'Only where the body is base64' }),
  truncated: z.boolean().meta({ description: 'True where only the first part of the body was kept' }),
  bytes: z.int().min(0).meta({ description: 'How long the body was' }),
  timings: z
    .object({ dnsMs: ms, connectMs: ms, firstByteMs: ms, totalMs: ms })
    .meta({ description: 'How long the final request took, and parts of it' }),
  attempts: z.int().min(1).meta({ description: 'How many attempts it took' }),
  url: z
    .string()
    .optional()
    .meta({ description: 'Where the answer came from, where that is not the URL of the request' }),
})

export type CallResult = z.input<typeof output>

export function resultOf(
  response: OutboundResponse,
  document: Document,
  asked: { readonly url: string; readonly attempt: number },
  redact: Redactor,
): CallResult {
  const { status, headers, truncated, bytes, timings, url } = response
  const isElsewhere = URL.parse(url)?.href !== URL.parse(asked.url)?.href
  return {
    status,
    headers: shownHeaders(headers, redact),
    ...bodyOf(response, document, redact),
    truncated,
    bytes,
    timings: rounded(timings),
    attempts: asked.attempt,
    ...(isElsewhere ? { url: redact.text(url) } : {}),
  }
}

function shownHeaders(headers: HeaderPairs, redact: Redactor): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (!SHOWN_HEADERS.has(name)) continue
    const text = keepableText(redact.text(value))
    shown[name] = shown[name] === undefined ? text : `${shown[name]}, ${text}`
  }
  return shown
}

function bodyOf(
  { body }: OutboundResponse,
  document: Document,
  redact: Redactor,
): Pick<CallResult, 'body' | 'bodyEncoding'> {
  if (body.length === 0) return { body: null }
  const json = keepableJson(document)
  if (json !== undefined) return { body: redact.json(json) }
  if (document.isText) return { body: keepableText(redact.text(document.text)) }
  return { body: redact.bytes(body).toString('base64'), bodyEncoding: 'base64' }
}
