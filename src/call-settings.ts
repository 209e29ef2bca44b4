/** Settings of what calls others: whom it may call, and what it signs with. */
import { z } from 'zod'
import { isHostRule } from './outbound/rules.ts'
import { isWebhookSecret } from './outbound/signature.ts'

/** What is set for everybody stands under this name; no caller can have it. */
export const EVERYBODY = ''

export type ByCaller<T> = ReadonlyMap<string, T>

const parts = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

/** Of headers and query parameters; in lower case. */
export const names = z.string().transform((text): readonly string[] => parts(text.toLowerCase()))

export const hostRules = z.string().transform((text, context): readonly string[] => {
  const rules = parts(text)
  if (!rules.every(isHostRule)) {
    context.addIssue(
      'must be host names, addresses and networks with commas between, as in 10.1.0.0/16,*.internal',
    )
    return z.NEVER
  }
  return rules
})

export const ports = z.string().transform((text, context): readonly number[] => {
  const numbers = parts(text).map(Number)
  if (!numbers.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) {
    context.addIssue('must be port numbers with commas between')
    return z.NEVER
  }
  return numbers
})

/** Secrets by caller, the newest first. */
export const webhookSecrets = z.string().transform((text, context): ByCaller<readonly string[]> => {
  const secrets = new Map<string, string[]>()
  for (const part of parts(text)) {
    const [, name = EVERYBODY, secret = ''] = /^(?:([^=]+)=)?(whsec_.*)$/.exec(part) ?? []
    if (!isWebhookSecret(secret)) {
      context.addIssue(
        'must be whsec_ and 24 to 64 bytes in base64, with commas between, name=whsec_… for one caller',
      )
      return z.NEVER
    }
    secrets.set(name, [...(secrets.get(name) ?? []), secret])
  }
  return secrets
})

/** Addresses by caller. */
export const callbackUrls = z.string().transform((text, context): ByCaller<string> => {
  const urls = new Map<string, string>()
  for (const part of parts(text)) {
    const [, name = EVERYBODY, url = ''] = /^(?:([^=:/?]+)=)?(https?:\/\/.+)$/.exec(part) ?? []
    if (!URL.canParse(url) || urls.has(name)) {
      context.addIssue('must be URLs with commas between, one for everybody and name=URL for one caller')
      return z.NEVER
    }
    urls.set(name, url)
  }
  return urls
})

// As many characters as make a key that cannot be guessed.
const LEAST_KEY = 16

export const secretKeys = z.string().transform((text, context): readonly string[] => {
  const keys = parts(text)
  if (keys.some((key) => key.length < LEAST_KEY)) {
    context.addIssue(`must be keys of ${LEAST_KEY} or more characters, with commas between`)
    return z.NEVER
  }
  return keys
})
