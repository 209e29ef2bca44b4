/** What makes an answer a success: each kind of assertion, met and not, in which words; and what cannot be used to do harm. */
import { describe, expect, it } from 'vitest'
import type { GivenInput } from './support/drive.ts'
import { segment } from './support/drive.ts'
import { serve, type Reply } from './support/loopback.ts'

type Success = NonNullable<GivenInput['success']>

async function judged(reply: Reply, success: Success) {
  const server = await serve(() => reply)
  const { result, error } = await segment({ url: `${server.url}/things?key=1`, success })
  if (!error) return result ? 'met' : 'nothing'
  expect(error).toMatchObject({ name: 'TaskError', retryable: false })
  return { code: error.code, detail: error.message.replace(`GET ${server.url}/things: `, '') }
}

const failed = (detail: string) => ({ code: 'assertion-failed', detail })

const BODY = { status: 'error', count: 3, name: 'a\nb', items: [{ id: 1 }, { id: 2 }], nothing: null }

describe('a status', () => {
  it.each([[[201]], [['2xx']], [['200-204']], [[404, 201]]])('may be among %o', async (status) => {
    expect(await judged({ status: 201 }, { status })).toBe('met')
  })

  it('that is not expected fails, though it is a success elsewhere', async () => {
    expect(await judged({ status: 204 }, { status: [200, '201-203'] })).toEqual(
      failed('Expected the status to be 200 or 201-203, but it was 204'),
    )
  })

  it('that is expected is a success, though it is an error elsewhere', async () => {
    expect(await judged({ status: 404 }, { status: [404] })).toBe('met')
  })

  it('that is an error and not expected is that error', async () => {
    const server = await serve(() => ({ status: 503 }))
    const { error } = await segment({ url: server.url, success: { status: [200] } })
    expect(error).toMatchObject({ code: 'http-server-error', retryable: true })
  })
})

describe('a header', () => {
  const headers = { 'X-Kind': 'report-12' }

  it.each([[{ name: 'x-kind', equals: 'report-12' }], [{ name: 'X-KIND', matches: '^report-[0-9]+$' }]])(
    'is as it should be: %o',
    async (assertion) => {
      expect(await judged({ headers }, { headers: [assertion] })).toBe('met')
    },
  )

  it.each([
    [{ name: 'x-kind', equals: 'x' }, 'Expected the header x-kind to be "x", but it was "report-12"'],
    [{ name: 'x-kind', matches: '^x' }, 'Expected the header x-kind to match "^x", but it was "report-12"'],
    [{ name: 'x-none', equals: 'x' }, 'Expected the header x-none to be "x", but it was not there'],
  ])('is not: %o', async (assertion, detail) => {
    expect(await judged({ headers }, { headers: [assertion] })).toEqual(failed(detail))
  })
})

describe('JSON', () => {
  it.each([
    [{ path: '$.status', equals: 'error' }],
    [{ path: '$.items[0]', equals: { id: 1 } }],
    [{ path: '$.nothing', equals: null }],
    [{ path: '$.nothing', exists: true }],
    [{ path: '$.error', exists: false }],
    [{ path: '$.count', lessThan: 4 }],
    [{ path: '$.count', atMost: 3 }],
    [{ path: '$.count', greaterThan: 2 }],
    [{ path: '$.count', atLeast: 3 }],
    [{ path: '$.items[*].id', atLeast: 1 }],
    [{ path: '$.items[?@.id == 2].id', equals: 2 }],
    [{ path: '$[?length(@) == 2][0].id', equals: 1 }],
    [{ path: '$.status', matches: 'err' }],
  ])('is as it should be: %o', async (assertion) => {
    expect(await judged({ json: BODY }, { json: [assertion] })).toBe('met')
  })

  it.each([
    [{ path: '$.status', equals: 'ok' }, 'Expected $.status to equal "ok", but it was "error"'],
    [{ path: '$.items[0]', equals: { id: 2 } }, 'Expected $.items[0] to equal {"id":2}, but it was {"id":1}'],
    [{ path: '$.x', equals: 1 }, 'Expected $.x to equal 1, but there is nothing'],
    [{ path: '$.items', exists: false }, 'Expected nothing at $.items, but there was [{"id":1},{"id":2}]'],
    [{ path: '$.x', exists: true }, 'Expected $.x to be there, but there is nothing'],
    [{ path: '$.count', lessThan: 3 }, 'Expected $.count to be less than 3, but it was 3'],
    [{ path: '$.count', atMost: 2 }, 'Expected $.count to be at most 2, but it was 3'],
    [{ path: '$.count', greaterThan: 3 }, 'Expected $.count to be greater than 3, but it was 3'],
    [{ path: '$.count', atLeast: 4 }, 'Expected $.count to be at least 4, but it was 3'],
    [{ path: '$.items[*].id', atLeast: 2 }, 'Expected $.items[*].id to be at least 2, but it was 1'],
    [{ path: '$.status', atLeast: 2 }, 'Expected $.status to be at least 2, but it was "error"'],
    [{ path: '$.name', matches: '^b' }, 'Expected $.name to match "^b", but it was "a b"'],
    [{ path: '$.count', matches: '3' }, 'Expected $.count to match "3", but it was 3'],
  ])('is not: %o', async (assertion, detail) => {
    expect(await judged({ json: BODY }, { json: [assertion] })).toEqual(failed(detail))
  })

  it('catches an error that comes as a success', async () => {
    const success = { json: [{ path: '$.error', exists: false }] }
    expect(await judged({ json: { error: { code: 7 } } }, success)).toEqual(
      failed('Expected nothing at $.error, but there was {"code":7}'),
    )
  })

  it('is missed where the body is something else', async () => {
    const success = { json: [{ path: '$.a', exists: false }] }
    const detail = 'Expected nothing at $.a, but the body is not JSON'
    expect(await judged({ body: '{}', headers: { 'content-type': 'text/html' } }, success)).toEqual(
      failed(detail),
    )
    expect(await judged({ body: '{', headers: { 'content-type': 'application/json' } }, success)).toEqual(
      failed(detail),
    )
  })

  it('cannot be looked at where only a part of it was kept', async () => {
    const json = { a: 'x'.repeat(1024 * 1024), b: 1 }
    expect(await judged({ json }, { json: [{ path: '$.b', equals: 1 }] })).toMatchObject({
      code: 'response-too-large',
      detail: expect.stringContaining('of which 1048576 are kept, so its JSON cannot be looked at'),
    })
  })
})

describe('text and time', () => {
  it('may have to contain something', async () => {
    const reply = { body: 'All is well', headers: { 'content-type': 'text/plain' } }
    expect(await judged(reply, { contains: 'well' })).toBe('met')
    expect(await judged(reply, { contains: 'bad' })).toEqual(
      failed('Expected the body to contain "bad", but it was "All is well"'),
    )
  })

  it('may not be told from a part of the body', async () => {
    const reply = { body: `well${'x'.repeat(1024 * 1024)}`, headers: { 'content-type': 'text/plain' } }
    expect(await judged(reply, { contains: 'well' })).toBe('met')
    expect(await judged(reply, { contains: 'bad' })).toMatchObject({ code: 'response-too-large' })
  })

  it('may not take too long', async () => {
    const reply = () => new Promise<Reply>((resolve) => void setTimeout(() => resolve({}), 20))
    const server = await serve(reply)
    expect((await segment({ url: server.url, success: { maxMs: 100_000 } })).result).toBeDefined()
    const { error } = await segment({ url: server.url, success: { maxMs: 1 } })
    expect(error?.message).toMatch(/: Expected the answer within 1 ms, but it took [\d.]+ ms$/)
  })

  it('is looked at in order, and the first that is not so is told', async () => {
    const success: Success = {
      contains: 'x',
      json: [{ path: '$.a', exists: true }],
      headers: [{ name: 'a', equals: 'b' }],
    }
    expect(await judged({ json: {} }, success)).toEqual(
      failed('Expected the header a to be "b", but it was not there'),
    )
  })

  it('may be tried again, where the caller says so', async () => {
    const server = await serve(() => ({ json: {} }))
    const { error } = await segment({
      url: server.url,
      success: { contains: 'x' },
      retry: { on: { 'assertion-failed': true } },
    })
    expect(error).toMatchObject({ code: 'assertion-failed', retryable: true })
  })
})

describe('what would keep a processor busy for years', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const json = { 'content-type': 'application/json' }

  it.each(['$..[?@..[?@..[?@..[?@..a]]]]', '$..*..*..*..*..*', '$[*,*,*,*][*,*,*,*][*,*]..*'])(
    'ends soon: %s',
    async (path) => {
      const wide = Array.from({ length: 50 }, (_, a) => ({ a: Array.from({ length: 50 }, () => ({ a })) }))
      expect(await judged({ json: wide }, { json: [{ path, exists: true }] })).toSatisfy(
        (seen: unknown) => seen === 'met' || JSON.stringify(seen).includes('visits more than 10000 values'),
      )
      expect(await judged({ json: wide }, { json: [{ path, exists: false }] })).not.toBe('met')
    },
  )

  it('is stopped at ten thousand values', async () => {
    const many = Array.from({ length: 20_000 }, (_, id) => ({ id }))
    expect(await judged({ json: many }, { json: [{ path: '$..id', atLeast: 0 }] })).toEqual(
      failed('Expected $..id to be at least 0, but the path visits more than 10000 values'),
    )
    expect(await judged({ json: many }, { json: [{ path: '$[19999].id', equals: 19_999 }] })).toBe('met')
    const names = Object.fromEntries(many.map(({ id }) => [`n${id}`, id]))
    expect(await judged({ json: names }, { json: [{ path: '$.*', atLeast: 0 }] })).not.toBe('met')
    expect(await judged({ json: names }, { json: [{ path: '$.n7', equals: 7 }] })).toBe('met')
  })

  it('is stopped where a document is too deep, and the result is its text', async () => {
    const deep = await judged(
      { body: nested(100_000), headers: json },
      { json: [{ path: '$..*', exists: true }] },
    )
    expect(deep).toEqual(
      failed('Expected $..* to be there, but the document is nested more than 64 levels deep'),
    )
    const server = await serve(() => ({ body: nested(100_000), headers: json }))
    expect((await segment({ url: server.url })).result?.body).toBe(nested(100_000))
    expect(
      await judged({ body: nested(64), headers: json }, { json: [{ path: '$..*', exists: true }] }),
    ).toBe('met')
  })

  it.each(['(a+)+$', '^(a|a)*$', '(.*a){20}$', '[a-z]{400}$'])('ends soon: %s', async (matches) => {
    const text = `${'a'.repeat(16_000)}!`
    expect(await judged({ json: { text } }, { json: [{ path: '$.text', matches }] })).toMatchObject({
      code: 'assertion-failed',
      detail: expect.stringContaining('but it was "aaaa'),
    })
  })

  it('is refused where the text is too long to be matched', async () => {
    const text = 'a'.repeat(20_000)
    expect(await judged({ json: { text } }, { json: [{ path: '$.text', matches: 'a' }] })).toEqual(
      failed('Expected $.text to match "a", but it has more than 16384 characters, too many to be matched'),
    )
  })
})
