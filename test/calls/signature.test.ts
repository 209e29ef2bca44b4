/** Signatures as Standard Webhooks has them: its vector, and its own library as the judge. */
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { isWebhookSecret, sign } from '../../src/outbound/signature.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const fresh = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`

describe('a signature', () => {
  it('is that of the vector', () => {
    const body = '{"test": 2432232314}'
    expect(sign([SECRET], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  it('is taken by the library, whichever of the secrets it knows', () => {
    const secrets = [fresh(24), fresh(64)]
    const seconds = Math.floor(Date.now() / 1000)
    const body = JSON.stringify({ name: 'Brasília' })
    const headers = {
      'webhook-id': 'a-job',
      'webhook-timestamp': String(seconds),
      'webhook-signature': sign(secrets, 'a-job', seconds, Buffer.from(body)),
    }
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(body, headers)).toEqual({ name: 'Brasília' })
    }
    expect(() => new Webhook(fresh()).verify(body, headers)).toThrow('No matching signature')
    expect(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers)).toThrow('No matching signature')
  })

  it('is about bytes, be they text or not', () => {
    const one = sign([SECRET], 'id', 1, Buffer.from([0xff]))
    const other = sign([SECRET], 'id', 1, Buffer.from([0xfe]))
    expect(one).not.toBe(other)
  })
})

describe('a secret', () => {
  it.each([SECRET, fresh(24), fresh(64)])('may be %s', (text) => {
    expect(isWebhookSecret(text)).toBe(true)
  })

  it.each([
    ['without its prefix', SECRET.slice(6)],
    ['too short', fresh(23)],
    ['too long', fresh(65)],
    ['not base64', `${SECRET}!`],
    ['base64 without its padding', fresh(25).replaceAll('=', '')],
    ['empty', 'whsec_'],
    ['of another kind', SECRET.replace('whsec_', 'whsk_')],
  ])('is not one that is %s', (_, text) => {
    expect(isWebhookSecret(text)).toBe(false)
  })
})
