/** Callers and their API keys, as one setting names them. */
import { z } from 'zod'

// As many characters as make a key that cannot be guessed; and only those that a header carries as they are (RFC 6750 §2.1).
const API_KEY = /^[\w.~+/=-]{16,}$/

/** Names by key. */
export const apiKeys = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
  const keys = new Map<string, string>()
  for (const pair of pairs) {
    const [, name = '', key = ''] = /^([^:]+):(.*)$/.exec(pair) ?? []
    if (name === '' || !API_KEY.test(key) || keys.has(key)) {
      context.addIssue('must be name:key pairs; keys differ and have 16 or more of A-Z a-z 0-9 . _ ~ + / = -')
      return z.NEVER
    }
    keys.set(key, name)
  }
  return keys
})
