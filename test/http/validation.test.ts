import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/http/problem.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const jobCount = async () => {
  const { rows } = await house.database.pool.query<{ count: number }>(
    'select count(*)::int as count from acceptd.jobs',
  )
  return rows[0]?.count
}

let before: number | undefined
beforeAll(async () => {
  before = await jobCount()
})
afterAll(async () => {
  expect(await jobCount(), 'a refused request must leave nothing behind').toBe(before)
})

const refused = async (status: number, path: string, body: string | object, type = 'application/json') => {
  const response = await house.api.post(path).set('Content-Type', type).send(body).expect(status)
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(response.headers['cache-control']).toBe('no-store')
  return response.body as Problem
}

describe('a body that cannot be parsed is 400', () => {
  it.each([
    ['broken JSON', '{"text":'],
    ['nothing at all', ''],
    ['white space', '  \n'],
    ['two values', '{} {}'],
    ['a word', 'hello'],
    ['a trailing comma', '{"text": "a",}'],
    ['a comment', '{"text": "a" /* why */}'],
    ['NaN', '{"text": NaN}'],
  ])('%s', async (_what, body) => {
    expect((await refused(400, '/tasks/word-count', body)).code).toBe('malformed-body')
  })

  it('bytes that are not UTF-8', async () => {
    const response = await house.api
      .post('/tasks/word-count')
      .set('Content-Type', 'application/json')
      .serialize((bytes) => bytes as unknown as string)
      .send(Buffer.from([0x7b, 0x22, 0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d]))
      .expect(400)
    expect(response.body).toMatchObject({ code: 'malformed-body', detail: 'The body is not valid UTF-8' })
  })

  it('nesting deeper than 64 levels, and of ten thousand, without harm', async () => {
    const nested = (levels: number) => `{"value": ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect((await refused(400, '/tasks/ok', nested(66))).detail).toMatch(/64 levels/)
    await refused(400, '/tasks/ok', nested(10_000))
    await refused(400, '/tasks/ok', `{"value": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`)
  })
})

describe('a well-formed body that is wrong is 422', () => {
  it('with every violation at once, each at its pointer', async () => {
    const problem = await refused(422, '/jobs', {
      task: 'slow',
      input: { seconds: 'ten', secnds: 1 },
      priority: 1.5,
      tags: [''],
    })
    expect(problem.code).toBe('validation-error')
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '#/input/seconds' }),
        { pointer: '#/input/secnds', detail: 'Unknown member "secnds". Did you mean "seconds"?' },
        expect.objectContaining({ pointer: '#/priority' }),
        expect.objectContaining({ pointer: '#/tags/0' }),
      ]),
    )
    expect(problem.errors).toHaveLength(4)
  })

  it('pointing into what was sent, at either door', async () => {
    expect((await refused(422, '/tasks/slow', { seconds: -1 })).errors).toMatchObject([
      { pointer: '#/seconds' },
    ])
    expect((await refused(422, '/jobs', { task: 'slow', input: { seconds: -1 } })).errors).toMatchObject([
      { pointer: '#/input/seconds' },
    ])
  })

  it('naming an unknown member, and the known one it may stand for', async () => {
    const { errors } = await refused(422, '/tasks/word-count', { txt: 'a', colour: 1, text: 'a' })
    expect(errors).toEqual([
      { pointer: '#/txt', detail: 'Unknown member "txt". Did you mean "text"?' },
      { pointer: '#/colour', detail: 'Unknown member "colour".' },
    ])
  })

  it('refusing members that are ours to set', async () => {
    const theirs = { id: 'x', status: 'completed', ownerId: 1, attempt: 9, result: {} }
    const { errors } = await refused(422, '/jobs', { task: 'ok', input: {}, ...theirs })
    expect(errors?.map(({ pointer }) => pointer)).toEqual(Object.keys(theirs).map((name) => `#/${name}`))
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'refusing a member called %s',
    async (name) => {
      const { errors } = await refused(
        422,
        '/tasks/word-count',
        `{"text": "a", "${name}": {"polluted": true}}`,
      )
      expect(errors).toMatchObject([{ pointer: `#/${name}` }])
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    },
  )

  it('for an unknown task in the body, with the one that may be meant', async () => {
    const { errors } = await refused(422, '/jobs', { task: 'word-cuont', input: {} })
    expect(errors).toEqual([
      { pointer: '#/task', detail: 'There is no task of this name. Did you mean "word-count"?' },
    ])
  })

  it.each([
    ['an array', []],
    ['a string', '"text"'],
    ['null', 'null'],
    ['a number', '7'],
  ])('for %s instead of an object', async (_what, body) => {
    await refused(422, '/tasks/word-count', body)
    await refused(422, '/jobs', body)
  })

  it('for text the database cannot keep, at its pointer, wherever it stands', async () => {
    const { errors } = await refused(
      422,
      '/tasks/ok',
      '{"value": {"a": ["x\\u0000y", "\\ud800"], "b\\udfff": 1}}',
    )
    expect(errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '#/value/a/0',
      '#/value/a/1',
      '#/value/b%EF%BF%BD',
    ])
    expect((await refused(422, '/jobs', '{"task": "ok\\u0000", "input": {}}')).errors?.[0]?.pointer).toBe(
      '#/task',
    )
    expect(
      (await refused(422, '/jobs', '{"task": "ok", "input": {}, "tags": ["\\udc00"]}')).errors?.[0]?.pointer,
    ).toBe('#/tags/0')
  })

  it('for a text longer than the task takes', async () => {
    expect((await refused(422, '/tasks/word-count', { text: 'x'.repeat(1_000_001) })).errors).toMatchObject([
      { pointer: '#/text' },
    ])
  })
})

describe('what the body is, is said and small enough', () => {
  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
  ])('415 for %s', async (type) => {
    const response = await house.api.post('/tasks/ok').set('Content-Type', type).send('{}').expect(415)
    expect(response.body).toMatchObject({ code: 'unsupported-media-type' })
    expect(response.headers['accept']).toBe('application/json')
  })

  it('415 for an unknown coding, naming the known ones', async () => {
    const response = await house.api
      .post('/tasks/ok')
      .set('Content-Encoding', 'x-unknown')
      .send({})
      .expect(415)
    expect(response.headers['accept-encoding']).toContain('gzip')
  })

  it('413 for a body over the limit, and for one that only grows to it when inflated', async () => {
    expect((await refused(413, '/tasks/word-count', { text: 'x'.repeat(2 * 1024 * 1024) })).code).toBe(
      'content-too-large',
    )
    const { gzipSync } = await import('node:zlib')
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20))
    const response = await house.api
      .post('/tasks/word-count')
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .serialize((bytes) => bytes as unknown as string)
      .send(bomb)
      .expect(413)
    expect(response.headers).not.toHaveProperty('retry-after')
  })

  it('400 for a gzip body that is none', async () => {
    const request = house.api
      .post('/tasks/ok')
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    await request.send('{"value": 1}').expect(400)
  })

  it('406 before anything is done, for an Accept that cannot be met', async () => {
    const response = await house.api.post('/tasks/ok').set('Accept', 'application/xml').send({}).expect(406)
    expect(response.body).toMatchObject({ code: 'not-acceptable' })
  })
})

describe('the query', () => {
  it.each([
    ['/tasks/ok?priorty=1', 'priorty', /Did you mean "priority"\?/],
    ['/tasks/ok?priority=high', 'priority', /number/],
    ['/tasks/ok?priority=101', 'priority', /100/],
    ['/tasks/ok?runAt=tomorrow', 'runAt', /./],
    ['/tasks/ok?runAt=2999-01-01T00:00:00Z', 'runAt', /year/],
    ['/tasks/ok?tags=a,,b', 'tags', /./],
    ['/tasks/ok?tags=%00', 'tags', /U\+0000/],
    ['/jobs?priority=1', 'priority', /Unknown parameter/],
  ])('400 for POST %s', async (path, parameter, detail) => {
    const body = path.startsWith('/jobs') ? { task: 'ok', input: {} } : {}
    const problem = await refused(400, path, body)
    expect(problem.code).toBe('invalid-parameter')
    expect(problem.errors).toMatchObject([{ parameter, detail: expect.stringMatching(detail) as string }])
  })

  it.each(['%', '%zz', '%ff', '%ed%a0%80', '%c0%80', 'a,%e2%82'])(
    '400 where it is no percent-encoding of UTF-8, rather than another text: %s',
    async (tag) => {
      expect(await refused(400, `/tasks/ok?tags=${tag}`, {})).toMatchObject({ code: 'invalid-parameter' })
    },
  )
})
