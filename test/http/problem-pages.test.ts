import { createHash } from 'node:crypto'
import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import { CALL_FAILURE_CODES } from '../../src/calls/failure-codes.ts'
import { FAILURE_TEXTS } from '../../src/http/failure-texts.ts'
import type { Problem } from '../../src/http/problem.ts'
import { entryPage } from '../../src/http/problem-pages.ts'
import { PROBLEM_TEXTS } from '../../src/http/problem-texts.ts'
import { PROBLEM_TYPES, type ProblemCode } from '../../src/http/problem-types.ts'
import { errorOf } from '../../src/http/representation.ts'
import { urlsBelow } from '../../src/http/urls.ts'
import { FAILURES, type FailureCode } from '../../src/job/failure.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()

const PROBLEM_CODES = Object.keys(PROBLEM_TYPES) as ProblemCode[]
const FAILURE_CODES = Object.keys(FAILURES) as FailureCode[]
const CODES = [...PROBLEM_CODES, ...FAILURE_CODES]
const TEXTS = { ...PROBLEM_TEXTS, ...FAILURE_TEXTS }

describe('the page of a problem', () => {
  it.each(PROBLEM_CODES)(
    'says what it means, what to do and whether to repeat the request: %s',
    async (code) => {
      const { title, status, retryable } = PROBLEM_TYPES[code]
      const { cause, remedy } = PROBLEM_TEXTS[code]
      const text = shown(await read(`/problems/${code}`))
      for (const part of [code, title, `status ${status}`, cause, remedy]) expect(text).toContain(part)
      expect(text).toMatch(
        retryable ? /Send the same request again\? Yes/ : /Send the same request again\? No/,
      )
    },
  )

  it.each(FAILURE_CODES)('is there for what a job can fail with, too: %s', async (code) => {
    const { cause, remedy } = FAILURE_TEXTS[code]
    const text = shown(await read(`/problems/${code}`))
    for (const part of [code, FAILURES[code], cause, remedy]) expect(text).toContain(part)
    expect(text).toContain('Run the same job again? Each job says so itself')
  })

  it('is the own one of each failure of a call', () => {
    for (const code of CALL_FAILURE_CODES) {
      const failed = { code, title: FAILURES[code], detail: 'No', retryable: true }
      expect(errorOf(failed, urlsBelow(undefined)).type).toBe(`/problems/${code}`)
    }
  })

  it('is where the type of every problem leads that the service answers with', async () => {
    const answers = [
      await house.api.get('/nope'),
      await house.api.put('/jobs'),
      await house.api.get('/jobs?staus=failed'),
      await house.api.get('/jobs/nope').set('Accept', 'image/png'),
      await house.api.get('/jobs/nope'),
      await house.api.post('/tasks/nope').send({}),
      await house.api.post('/tasks/ok').send('a=b'),
      await house.api.post('/tasks/ok').set('Content-Type', 'application/json').send('{'),
      await house.api.post('/tasks/ok').send({ valeu: 1 }),
      await house.api.post('/tasks/ok').set('Idempotency-Key', '"').send({}),
    ]
    const problems = answers.map(({ body }) => body as Problem)
    expect(new Set(problems.map(({ code }) => code))).toHaveLength(answers.length)
    for (const { type, title } of problems) expect(shown(await read(type))).toContain(title)
  })

  it.each(['permanent', 'accident', 'output'])('is where a failed job leads: %s', async (how) => {
    const { location } = await house.api.submit('fail', { how })
    const { error } = await house.reaches(location, 'failed')
    expect(shown(await read(error?.type ?? ''))).toContain(error?.title)
  })
})

describe('the list of problems', () => {
  it('has every one, with its title, its status and whether to repeat the request', async () => {
    const response = await read('/problems/')
    const rows = [...response.text.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([row]) => shownText(row))
    for (const code of PROBLEM_CODES) {
      const { title, status, retryable } = PROBLEM_TYPES[code]
      expect(rows).toContain(`${title} ${code} ${status} ${retryable ? 'yes' : 'no'}`)
    }
    for (const code of FAILURE_CODES) expect(rows).toContain(`${FAILURES[code]} ${code} said per job`)
  })

  it('is where /problems leads', async () => {
    const response = await house.api.get('/problems').expect(302)
    expect(response.headers['location']).toBe('problems/')
  })

  it('and the pages are linked so that it holds behind any prefix', async () => {
    const pages = ['/problems/', `/problems/${CODES[0]}`]
    for (const path of pages) {
      const { text } = await read(path)
      const links = [...text.matchAll(/href="([^"]*)"/g)].map((match) => String(match[1]))
      const targets = links.map((link) => new URL(link, `http://proxy.example/prefix${path}`).pathname)
      for (const target of targets) {
        expect(target).toMatch(/^\/prefix\/(problems|docs)\//)
        await house.api.get(target.slice('/prefix'.length)).expect(200)
      }
    }
  })
})

describe('an address below /problems/ where no page is', () => {
  it.each([
    'nope',
    'Job-Not-Found',
    'job-not-found/',
    'job-not-found.html',
    '__proto__',
    'constructor',
    '%3Cb%3E',
  ])('is a 404 problem: %s', async (slug) => {
    for (const method of ['get', 'post'] as const) {
      const response = await house.api[method](`/problems/${slug}`).expect(404)
      expect(response.body).toMatchObject({ code: 'route-not-found' })
    }
  })
})

describe('a page', () => {
  it('has the same header for HEAD, and no content', async () => {
    for (const path of ['/problems/', '/problems/job-not-found']) {
      const { headers } = await read(path)
      const head = await house.api.head(path).expect(200)
      expect(head.text ?? '').toBe('')
      for (const name of ['content-type', 'content-length', 'content-security-policy', 'cache-control'])
        expect(head.headers[name]).toBe(headers[name])
    }
  })

  it.each(['/problems', '/problems/', '/problems/job-not-found', '/problems/crashed'])(
    'can only be read: %s',
    async (path) => {
      for (const method of ['post', 'put', 'patch', 'delete'] as const) {
        const response = await house.api[method](path).expect(405)
        expect(response.headers['allow']).toBe('OPTIONS, GET, HEAD')
        expect(response.body).toMatchObject({ code: 'method-not-allowed' })
      }
      const options = await house.api.options(path).expect(204)
      expect(options.headers['allow']).toBe('OPTIONS, GET, HEAD')
    },
  )

  it('is HTML whatever is asked for, since there is nothing else', async () => {
    for (const accept of ['application/json', 'application/problem+json', 'image/png', '*/*'])
      expect((await house.api.get('/problems/job-not-found').set('Accept', accept)).type).toBe('text/html')
  })

  it('may be kept for an hour', async () => {
    const { headers } = await read('/problems/job-not-found')
    expect(headers['cache-control']).toBe('public, max-age=3600')
  })

  it('has no script, and a policy that allows its one style and nothing else', async () => {
    for (const path of ['/problems/', ...CODES.map((code) => `/problems/${code}`)]) {
      const { text, headers } = await read(path)
      expect(text).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=|<(?:link|img|iframe|form|base)\b/i)
      const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => String(match[1]))
      const hashes = styles.map((style) => createHash('sha256').update(style).digest('base64'))
      expect(hashes).toHaveLength(1)
      expect(String(headers['content-security-policy']).split('; ')).toEqual([
        "default-src 'none'",
        `style-src 'sha256-${hashes[0]}'`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ])
    }
  })

  it('tells a browser its language, its width and its title', async () => {
    const { text } = await read('/problems/job-not-found')
    expect(text).toMatch(/^<!doctype html>\s*<html lang="en">/)
    expect(text).toContain('<meta name="viewport" content="width=device-width')
    expect(text).toContain('<title>There is no such job (job-not-found)</title>')
    expect(text).toContain('color-scheme: light dark')
  })

  it('shows what looks like HTML as the text it is', async () => {
    const hostile = `</title><script>alert('x')</script> & "y" &lt;`
    const entry = { code: hostile, title: hostile, cause: hostile, remedy: hostile, again: 'no' } as const
    const source = entryPage(entry)
    expect(source).not.toMatch(/<script|"y"|'x'| & /)
    expect(shownText(source).split(hostile)).toHaveLength(6 + 1)
    const { text } = await read('/problems/idempotency-key-invalid')
    expect(PROBLEM_TEXTS['idempotency-key-invalid'].remedy).toContain('"order-17"')
    expect(text).not.toContain('"order-17"')
  })
})

describe('the texts', () => {
  const sentences = Object.entries(TEXTS).flatMap(([code, { cause, remedy }]) => [
    { code, text: cause },
    { code, text: remedy },
  ])

  it('are there for every code, no code being both a problem and a failure', () => {
    expect(Object.keys(TEXTS).toSorted()).toEqual(CODES.toSorted())
    expect(new Set(CODES)).toHaveLength(CODES.length)
  })

  it('are whole sentences', () => {
    for (const { code, text } of sentences) expect(text, code).toMatch(/^[A-Z].{30,}\.$/)
  })

  it('are said once: no two problems have the same cause or the same remedy', () => {
    expect(new Set(sentences.map(({ text }) => text))).toHaveLength(sentences.length)
  })
})

/** A page as it is served. */
async function read(path: string): Promise<Response> {
  const response = await house.api.get(path).expect(200)
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
  return response
}

const shown = ({ text }: Response) => shownText(text)

/** What a browser shows of it, in one line. */
function shownText(source: string): string {
  return source
    .replaceAll(/<style>[\s\S]*?<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .trim()
}
