/** What is shown of an attempt's exchanges, what is not, and how much at most. */
import { describe, expect, it } from 'vitest'
import { drive, segment } from './support/drive.ts'
import { serve } from './support/loopback.ts'

describe('a transcript', () => {
  it('shows what was sent, what came back, and how long that took', async () => {
    const server = await serve(() => ({ status: 201, json: { id: 7 }, headers: { 'x-a': 'b' } }))
    const { transcript } = await segment({ url: `${server.url}/things?a=b`, body: { json: { n: 1 } } })
    expect(transcript).toMatchObject([
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        request: {
          method: 'POST',
          url: `${server.url}/things?a=b`,
          headers: { 'content-type': 'application/json', 'acceptd-attempt': '1' },
          body: '{"n":1}',
        },
        response: { status: 201, headers: { 'x-a': 'b' }, body: '{"id":7}' },
        timings: { totalMs: expect.any(Number) },
      },
    ])
    expect(String(transcript[0]?.timings?.['totalMs'])).toMatch(/^\d+(\.\d)?$/)
  })

  it('hides what the operator has named', async () => {
    const server = await serve(() => ({ headers: { 'x-session': 'hidden' } }))
    const { transcript } = await segment(
      { url: `${server.url}/a?session=hidden&page=2`, headers: { 'X-Session': 'hidden' } },
      { hiddenNames: ['x-session', 'session'] },
    )
    expect(JSON.stringify(transcript)).not.toContain('hidden')
    expect(transcript[0]?.request.url).toBe(`${server.url}/a?session=[redacted]&page=2`)
  })

  it('hides what sounds secret', async () => {
    const headers = {
      'set-cookie': 'session=hidden',
      'x-auth-token': 'hidden',
      location: '/next?sig=hidden&page=2',
    }
    const server = await serve(() => ({ headers }))
    const { transcript } = await segment(
      {
        url: `${server.url}/a?api_key=hidden&page=2&X-Amz-Signature=hidden#hidden`,
        headers: { authorization: 'hidden', 'X-Api-Key': 'hidden', 'x-other': 'shown' },
      },
      { secrets: [`whsec_${Buffer.alloc(24).toString('base64')}`] },
    )
    expect(JSON.stringify(transcript)).not.toContain('hidden')
    const [exchange] = transcript
    expect(exchange?.request.url).toBe(`${server.url}/a?api_key=[redacted]&page=2&X-Amz-Signature=[redacted]`)
    expect(exchange?.request.headers).toMatchObject({
      authorization: '[redacted]',
      'x-api-key': '[redacted]',
      'webhook-signature': '[redacted]',
      'x-other': 'shown',
    })
    expect(exchange?.response?.headers).toMatchObject({
      'set-cookie': '[redacted]',
      'x-auth-token': '[redacted]',
    })
  })

  it('shows the beginning of a long body, and of bytes how many', async () => {
    const server = await serve(() => ({
      body: Buffer.alloc(500, 1),
      headers: { 'content-type': 'image/png' },
    }))
    const { transcript } = await segment({ url: server.url, body: { text: 'é'.repeat(10_000) } })
    expect(transcript[0]?.request.body).toBe(`${'é'.repeat(2000)}…`)
    expect(transcript[0]?.response?.body).toBe('(500 bytes)')
    const { transcript: other } = await segment({ url: server.url, body: { base64: '/w==' } })
    expect(other[0]?.request.body).toBe('(1 bytes)')
  })

  it('of a long poll has the first three and the last seven, and says how many are missing', async () => {
    const server = await serve((_, before) =>
      before < 29 ? { status: 202, headers: { location: `/${before + 1}` } } : { json: 'done' },
    )
    const { transcript } = await drive({ url: `${server.url}/0` })
    const shown = transcript.map((each) => each.leftOut ?? each.request.url.slice(server.url.length))
    expect(shown).toEqual(['/0', '/1', '/2', 20, '/23', '/24', '/25', '/26', '/27', '/28', '/29'])
  })

  it('is never large, whatever is sent', async () => {
    const value = 'é'.repeat(150)
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`x-header-${n}`, value]))
    const server = await serve(({ headers }, before) => ({
      status: before < 15 ? 202 : 200,
      headers: {
        ...many,
        location: `/${'p'.repeat(500)}?${before}`,
        'content-type': 'text/plain; charset=utf-8',
      },
      body: '\u0001'.repeat(3000) + String(headers.host),
    }))
    const url = `${server.url}/${'q'.repeat(5000)}`
    const { transcript, result, pauses } = await drive({ url, headers: many })
    expect(result?.status).toBe(200)
    expect(Buffer.byteLength(JSON.stringify(transcript))).toBeLessThan(61_000)
    expect(Buffer.byteLength(JSON.stringify(pauses.at(-1)?.state))).toBeLessThan(65_000)
  })
})
