/** The body a caller may have sent, as the input's schema has it; and as bytes. */
import { z } from 'zod'
import type { Json } from '../job/json.ts'
import { secretsIn, withSecrets } from './secrets.ts'

const MAX_BYTES = 1024 * 1024
const MAX_BASE64 = Math.ceil(MAX_BYTES / 3) * 4

const FORMS = ['json', 'text', 'base64'] as const

export const body = z
  .object({
    json: z
      .unknown()
      .meta({
        description:
          'Any JSON value. An object {"secret": "…"} within it is sent as that text, stored encrypted and shown nowhere',
      })
      .optional(),
    text: z.string().max(MAX_BYTES).optional(),
    base64: z
      .base64({ error: 'Must be base64, with padding' })
      .max(MAX_BASE64)
      .meta({ description: 'Any bytes' })
      .optional(),
  })
  .superRefine((given, ctx) => {
    const forms = FORMS.filter((name) => Object.hasOwn(given, name))
    if (forms.length !== 1) {
      const message = `Must have exactly one of ${FORMS.join(', ')}`
      ctx.addIssue({ code: 'custom', message, input: given })
    } else if (bytesOf(given).length > MAX_BYTES) {
      ctx.addIssue({ code: 'custom', message: `Must be at most ${MAX_BYTES} bytes`, input: given })
    }
  })
  .meta({
    minProperties: 1,
    maxProperties: 1,
    description: `What is sent, at most ${MAX_BYTES} bytes: exactly one of json, text and base64. Unless a header says otherwise its content type is application/json, text/plain; charset=utf-8 or application/octet-stream`,
  })

export type CallBody = z.output<typeof body>

/** The bytes that are sent; the secrets in JSON as `shown` makes them. */
export function bytesOf(
  { json, text, base64 }: CallBody,
  shown: (secret: string) => string = (secret) => secret,
): Buffer {
  if (text !== undefined) return Buffer.from(text)
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  const whole = secretsIn(json).length === 0 ? json : withSecrets(json as Json, shown)
  return Buffer.from(JSON.stringify(whole))
}

export function contentTypeOf({ text, base64 }: CallBody): string {
  if (text !== undefined) return 'text/plain; charset=utf-8'
  return base64 === undefined ? 'application/json' : 'application/octet-stream'
}
