/** What an idempotency key may be. */
const MAX_LENGTH = 255

/** Printable ASCII: what a string in a header can be (RFC 9651 §3.3.3). */
const PRINTABLE = /^[\x20-\x7e]+$/

export const KEYS = `1 to ${MAX_LENGTH} ASCII characters`

export function isKey(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_LENGTH && PRINTABLE.test(text)
}
