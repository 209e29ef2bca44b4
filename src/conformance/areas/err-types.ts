/** ERR: the types of problems, and where they lead. */
import { allProblems, errorMatrix, named } from '../error-matrix.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual, skip } from '../expect.ts'
import { mediaTypeOf } from '../header-fields.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'

const types: Row = {
  id: 'ERR-03',
  title: 'The type of a problem is a URI, the same for the same cause',
  level: 'S',
  source: '9457 s3.1.1 RECOMMENDED absolute, s4.2.1 SHOULD',
  when: 'last',
  async check(target) {
    for (const { answer, problem } of await allProblems(target)) {
      const { type = 'about:blank', title } = problem
      expect(typeof type === 'string', `type of ${named(answer)} is ${JSON.stringify(type)}`)
      // One that begins with a slash means the same wherever the problem is read, as an absolute one does.
      const rooted = /^([a-z][a-z0-9+.-]*:|\/)/i.test(type) && URL.canParse(type, answer.url.href)
      expect(rooted, `type of ${named(answer)} is ${type}, relative to where it was asked`)
      if (type === 'about:blank') expectEqual(title, REASONS[answer.status], `title of ${named(answer)}`)
    }
    for (const { cause, answers } of await errorMatrix(target)) {
      const [first, second] = answers.map((answer) => (answer.method === 'HEAD' ? {} : answer.json()))
      expectEqual(second?.['type'], first?.['type'], `the type of ${cause}, provoked again,`)
    }
  },
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

const documentation: Row = {
  id: 'ERR-05',
  title: 'Every type leads to a page that explains it',
  level: 'S',
  source: '9457 s3.1.1, s4 SHOULD',
  when: 'last',
  async check(target) {
    const own = new Map<string, string>()
    for (const { answer, problem } of [...(await allProblems(target)), ...failures(target)]) {
      const type = new URL(typeOf(problem), answer.url)
      if (type.origin === target.base.origin) own.set(type.href, String(problem['title']))
    }
    if (own.size === 0) skip('no type is an address of this server')
    await Promise.all([...own].map(([type, title]) => expectPage(target, new URL(type), title)))
    return `${own.size} pages`
  },
}

async function expectPage(target: Target, type: URL, title: string): Promise<void> {
  const page = await target.ask(type, { headers: { Accept: 'text/html' } })
  expectEqual(page.status, 200, `the answer to GET ${type.pathname}`)
  expectEqual(mediaTypeOf(page), 'text/html', `Content-Type of ${type.pathname}`)
  const slug = type.hash.slice(1) || (type.pathname.split('/').at(-1) ?? '')
  const explains = page.text.includes(title) || page.text.includes(slug)
  expect(explains && page.text.length > 200, `${type.pathname} does not explain "${title}"`)
}

/** The reasons that failed jobs give, which are problems too. */
function failures(target: Target): { answer: Answer; problem: Document }[] {
  return target.seen.flatMap((answer) => {
    const failed =
      answer.status < 300 && mediaTypeOf(answer) === 'application/json' && answer.text.includes('"error"')
    if (!failed) return []
    const error = target.get(answer.json(), 'error')
    return typeof error === 'object' && error !== null ? [{ answer, problem: error as Document }] : []
  })
}

export function typeOf({ type }: Document): string {
  return typeof type === 'string' ? type : 'about:blank'
}

export const typeRows: readonly Row[] = [types, documentation]
