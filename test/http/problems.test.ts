import net from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/http/problem.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const ALLOWED = {
  '/jobs': 'OPTIONS, GET, HEAD, POST',
  '/jobs/01a1f000-0000-7000-8000-000000000000': 'OPTIONS, GET, HEAD, DELETE',
  '/jobs/01a1f000-0000-7000-8000-000000000000/events': 'OPTIONS, GET, HEAD',
  '/jobs/01a1f000-0000-7000-8000-000000000000/attempts': 'OPTIONS, GET, HEAD',
  '/jobs/01a1f000-0000-7000-8000-000000000000/retry': 'OPTIONS, POST',
  '/jobs/01a1f000-0000-7000-8000-000000000000/result': 'OPTIONS, GET, HEAD',
  '/jobs/01a1f000-0000-7000-8000-000000000000/cancel': 'OPTIONS, POST',
  '/tasks': 'OPTIONS, GET, HEAD',
  '/tasks/ok': 'OPTIONS, GET, HEAD, POST',
  '/livez': 'OPTIONS, GET, HEAD',
  '/readyz': 'OPTIONS, GET, HEAD',
  '/health': 'OPTIONS, GET, HEAD',
  '/openapi.yaml': 'OPTIONS, GET, HEAD',
  '/docs/': 'OPTIONS, GET, HEAD',
  '/docs': 'OPTIONS, GET, HEAD',
  '/': 'OPTIONS, GET, HEAD',
}

describe('a method a resource does not have', () => {
  it.each(Object.entries(ALLOWED))('is 405 on %s, with Allow', async (path, allow) => {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      if (allow.includes(method.toUpperCase())) continue
      const response = await house.api[method](path).expect(405)
      expect(response.headers['allow']).toBe(allow)
      expect(response.body).toMatchObject({ code: 'method-not-allowed', status: 405 })
    }
    const options = await house.api.options(path).expect(204)
    expect(options.headers['allow']).toBe(allow)
    expect(options.headers).not.toHaveProperty('content-length')
  })

  it('may be one nobody has heard of', async () => {
    expect(await raw('PROPFIND /jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 405 [\s\S]*\r\nAllow: /,
    )
    expect(await raw('BREW /jobs HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*problem\+json/)
  })
})

describe('an address where nothing is', () => {
  it.each(['/nope', '/jobs/', '/JOBS', '/jobs/a/b', '/tasks/ok/', '/docs/nope/x', '/problems/../jobs/x/y'])(
    'is a 404 problem: %s',
    async (path) => {
      const response = await house.api.get(path).set('Accept', 'text/html').expect(404)
      expect(response.headers['content-type']).toBe('application/problem+json')
      expect(response.body).toMatchObject({ code: 'route-not-found' })
    },
  )

  it('is a 404 for a task nobody defined, with the one that may be meant', async () => {
    const response = await house.api.post('/tasks/word-cont').send({}).expect(404)
    expect(response.body).toMatchObject({
      code: 'task-not-found',
      detail: 'There is no task of this name. Did you mean "word-count"?',
    })
    await house.api.get('/tasks/nope').expect(404)
  })

  it('is a 400 problem where the path is not percent-encoding', async () => {
    for (const path of ['/jobs/%E0%A4%A', '/jobs/%zz', '/tasks/%']) {
      expect(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 400 [\s\S]*"code":"invalid-parameter"/,
      )
    }
  })
})

describe('every problem', () => {
  it('names its request, differently each time, and is otherwise the same', async () => {
    const [a, b] = [await house.api.get('/nope').expect(404), await house.api.get('/nope').expect(404)]
    const [one, two] = [a.body as Problem, b.body as Problem]
    expect(one.instance).toBe(`urn:uuid:${a.headers['x-request-id'] as string}`)
    expect(one.instance).not.toBe(two.instance)
    expect({ ...one, instance: '' }).toEqual({ ...two, instance: '' })
  })

  it('is JSON whatever was asked for, and has no content for HEAD', async () => {
    const response = await house.api.head('/jobs/zzz').expect(404)
    expect(response.text ?? '').toBe('')
  })
})

describe('what Node would refuse without a word', () => {
  it.each([
    ['no Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a proxy asked for', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 400],
    ['an odd expectation', 'GET /livez HTTP/1.1\r\nHost: x\r\nExpect: foo\r\nConnection: close\r\n\r\n', 200],
  ])('is answered as everything else: %s', async (_what, request, status) => {
    const answer = await raw(request)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    if (status === 400) expect(answer).toContain('"code":"malformed-request"')
  })
})

describe('what is not HTTP', () => {
  it.each([
    ['garbage', 'hello\r\n\r\n', 400],
    ['a header block of 64 kB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(65_536)}\r\n\r\n`, 431],
    ['a URI of 100 kB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['two lengths', 'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'length and chunks',
      'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n', 400],
  ])('gets a problem too: %s', async (_what, request, status) => {
    const answer = await raw(request)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain('\r\nDate: ')
    if (answer.includes('problem+json')) expect(answer).toMatch(/"retryable":(true|false)/)
    await house.api.get('/livez').expect(200)
  })
})

describe('a bug', () => {
  it('is a 500 that tells nothing but where to look', async () => {
    // The database no longer has what the code relies on: as good as any bug.
    await house.database.pool.query('alter table acceptd.jobs rename column tags to tgas')
    try {
      const response = await house.api.get('/jobs').expect(500)
      expect(response.body).toMatchObject({ code: 'internal-error', retryable: true })
      expect(response.text).not.toMatch(/tags|column|select|at \w|\.ts/)
    } finally {
      await house.database.pool.query('alter table acceptd.jobs rename column tgas to tags')
    }
  })
})

/** Sends bytes as they are, and answers with what came back before the connection closed. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(Number(new URL(house.url).port), '127.0.0.1')
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    )
    socket.write(Buffer.from(request, 'latin1'))
  })
}
