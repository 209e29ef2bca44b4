/** The verifier of the suite, against the vector that is published and against what is not quite it. */
import { describe, expect, it } from 'vitest'
import { keyOf, verifiedBy } from '../../src/conformance/webhook-signature.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

function sent(signature: string, body = '{"test": 2432232314}', seconds = '1614265330') {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': seconds,
    'webhook-signature': signature,
  }
  return { headers, body: Buffer.from(body) }
}

describe('a signature', () => {
  it('that is the vector is taken, also among others', () => {
    expect(verifiedBy(SECRET, sent(SIGNATURE))).toEqual([SIGNATURE])
    expect(verifiedBy(SECRET, sent(`v1,AAAA v1a,xyz ${SIGNATURE}`))).toEqual([SIGNATURE])
  })

  it.each([
    ['of another body', sent(SIGNATURE, '{"test":2432232314}')],
    ['of another time', sent(SIGNATURE, undefined, '1614265331')],
    ['without its version', sent(SIGNATURE.slice(3))],
    ['of another version', sent(SIGNATURE.replace('v1', 'v2'))],
    ['with commas between', sent(`${SIGNATURE},${SIGNATURE}`)],
    ['in hexadecimal', sent(`v1,${Buffer.from(SIGNATURE.slice(3), 'base64').toString('hex')}`)],
    ['that is cut off', sent(SIGNATURE.slice(0, -4))],
    ['that is not there', sent('')],
  ])('%s is not', (_, delivered) => {
    expect(verifiedBy(SECRET, delivered)).toEqual([])
  })

  it('of another secret is not', () => {
    expect(verifiedBy(`${SECRET.slice(0, -4)}AAAA`, sent(SIGNATURE))).toEqual([])
  })
})

describe('a secret', () => {
  it('has its prefix and 24 to 64 bytes', () => {
    expect(keyOf(SECRET)).toHaveLength(24)
    for (const wrong of [SECRET.slice(6), `whsec_${'AAAA'.repeat(7)}`, `whsec_${'AAAA'.repeat(22)}`])
      expect(() => keyOf(wrong)).toThrow()
  })
})
