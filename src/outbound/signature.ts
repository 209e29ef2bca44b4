/** Signatures of what is sent, as Standard Webhooks has them: whoever knows the secret can tell that it came from here. */
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

// What the specification allows: less could be guessed, more is hashed down anyway.
const LEAST_BYTES = 24
const MOST_BYTES = 64

/** True for `whsec_` and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false
  const encoded = text.slice(PREFIX.length)
  // Node's decoder skips what is not base64, so it is asked to say the same thing again.
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return false
  return bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES
}

/**
 * The value of `webhook-signature`: one signature for each secret, so that a secret can be replaced while both the old and
 * the new one are known.
 */
export function sign(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: Buffer | string,
): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
      // The body as bytes, never as text: it may be no valid UTF-8, and is signed as it is sent.
      const digest = createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body)
      return `v1,${digest.digest('base64')}`
    })
    .join(' ')
}
