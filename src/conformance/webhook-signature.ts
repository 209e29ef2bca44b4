/** Whether a message is signed as Standard Webhooks has it: worked out here, by nothing of the server's. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { expect } from './expect.ts'
import type { Delivered } from './receiver.ts'

const PREFIX = 'whsec_'

/** The key that a secret stands for. */
export function keyOf(secret: string): Buffer {
  expect(secret.startsWith(PREFIX), `a secret of the profile does not begin with ${PREFIX}`)
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  expect(key.length >= 24 && key.length <= 64, `a secret has ${key.length} bytes, not 24 to 64`)
  return key
}

/** The parts of `webhook-signature`. */
export function signaturesOf({ headers }: Pick<Delivered, 'headers'>): string[] {
  return (headers['webhook-signature'] ?? '').split(' ').filter(Boolean)
}

/** Those of the signatures that the secret verifies. */
export function verifiedBy(secret: string, delivered: Pick<Delivered, 'headers' | 'body'>): string[] {
  const { headers, body } = delivered
  const signed = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.`
  const wanted = createHmac('sha256', keyOf(secret)).update(signed).update(body).digest()
  return signaturesOf(delivered).filter((signature) => {
    const [, encoded = ''] = /^v1,([A-Za-z0-9+/]+=*)$/.exec(signature) ?? []
    const given = Buffer.from(encoded, 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}
