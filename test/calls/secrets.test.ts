/** What nobody is to see, and does not, wherever a callee says it back. */
import { describe, expect, it } from 'vitest'
import { segment } from './support/drive.ts'
import { serve } from './support/loopback.ts'

const TOKEN = 'tok"en-éä-0123456789'
const PASSWORD = 'hunter2 & more'
const given = {
  headers: { Authorization: { secret: 'Bearer abcdef0123' }, 'X-Custom': { secret: 'custom-value' } },
  body: {
    json: { login: { password: { secret: PASSWORD } }, tokens: [{ secret: TOKEN }], pin: { secret: '1' } },
  },
} as const

const EVERYTHING = ['abcdef0123', 'custom-value', PASSWORD, TOKEN, encodeURIComponent(TOKEN), 'hunter2']

function expectNone(value: unknown) {
  const text = JSON.stringify(value)
  for (const secret of EVERYTHING) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1))
  }
}

describe('a secret', () => {
  it('is sent as it is', async () => {
    const server = await serve(() => ({}))
    await segment({ url: server.url, ...given })
    expect(server.received[0]?.headers).toMatchObject({
      authorization: 'Bearer abcdef0123',
      'x-custom': 'custom-value',
    })
    expect(JSON.parse(String(server.received[0]?.body))).toEqual({
      login: { password: PASSWORD },
      tokens: [TOKEN],
      pin: '1',
    })
  })

  it('is not in the result though the callee says it back, nor in the transcript', async () => {
    const server = await serve(({ headers, body }) => ({
      json: { sent: JSON.parse(String(body)) as unknown, raw: String(body), [TOKEN]: headers },
      headers: { location: `/x?y=${encodeURIComponent(TOKEN)}`, 'x-request-id': 'custom-value' },
    }))
    const { result, transcript } = await segment({ url: server.url, ...given })
    expectNone(result)
    expectNone(transcript)
    expect(result).toMatchObject({
      body: { sent: { login: { password: '[secret]' }, tokens: ['[secret]'] } },
      headers: { 'x-request-id': '[secret]' },
    })
    expect(JSON.parse(transcript[0]?.request.body ?? '')).toEqual({
      login: { password: '[redacted]' },
      tokens: ['[redacted]'],
      pin: '[redacted]',
    })
    expect(transcript[0]?.request.headers).toMatchObject({
      authorization: '[redacted]',
      'x-custom': '[redacted]',
    })
  })

  it.each([
    ['JavaScript', JSON.stringify({ a: 'é/"ü+secret' })],
    ['PHP', '{"a":"\\u00e9\\/\\"\\u00fc+secret"}'],
    ['Python, cut off', '{"a":"\\u00e9/\\"\\u00fc+secret"'],
    ['an escape for each', '{"a":"\\u00e9\\u002f\\u0022\\u00fc\\u002b\\u0073ecret"}'],
  ])('is not shown as %s writes it', async (_, body) => {
    const server = await serve(() => ({ status: 400, body, headers: { 'content-type': 'application/json' } }))
    const { error, transcript } = await segment({
      url: server.url,
      body: { json: { secret: 'é/"ü+secret' } },
    })
    expect(error?.message).toContain('{"a":"[secret]"')
    expect(transcript[0]?.response?.body).toContain('{"a":"[secret]"')
  })

  it('is kept from sight where it means nothing, too', async () => {
    const server = await serve(() => ({ json: { a: 1 } }))
    const json = [{ path: '$.a', equals: { secret: 'hidden'.repeat(50) } }]
    const { error } = await segment({ url: server.url, success: { json } })
    expect(error?.message).toContain('to equal {"secret":"[secret]"}')
  })

  it.each(['text/plain', 'image/png'])('is not in a body of %s', async (type) => {
    const server = await serve(({ body }) => ({ body, headers: { 'content-type': type } }))
    const { result } = await segment({ url: server.url, ...given })
    const text = String(result?.body)
    expectNone(result?.bodyEncoding ? Buffer.from(text, 'base64').toString() : text)
  })

  it('is not in an error, also not the beginning of it', async () => {
    const server = await serve(({ body }) => ({
      status: 400,
      body,
      headers: { 'content-type': 'text/plain' },
    }))
    const long = 'a-long-secret-'.repeat(30)
    const { error } = await segment({ url: server.url, body: { json: { a: { secret: long } } } })
    expect(error?.message).toContain('{"a":"[secret]"}')
    expect(error?.message).not.toContain('a-long')
  })

  it('is not in what an assertion says', async () => {
    const long = 'a-long-secret-'.repeat(30)
    const server = await serve(() => ({ json: { a: long }, headers: { 'x-echo': 'custom-value' } }))
    const body = { json: { secret: long } }
    const json = [{ path: '$.a', equals: 'b' }]
    const { error } = await segment({ url: server.url, body, success: { json } })
    expect(error?.message).toContain('but it was "[secret]"')
    const headers = [{ name: 'x-echo', equals: 'b' }]
    const other = await segment({ url: server.url, ...given, success: { headers } })
    expect(other.error?.message).toContain('but it was "[secret]"')
    const third = await segment({ url: server.url, body, success: { contains: 'zzz' } })
    expect(third.error?.message).not.toContain('a-long')
  })
})
