/** ERR: problem details. */
import { allErrors, allProblems, errorMatrix, named } from '../error-matrix.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { mediaTypeOf } from '../header-fields.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import { bareRows } from './err-bare.ts'
import { typeOf, typeRows } from './err-types.ts'

const alwaysProblems: Row = {
  id: 'ERR-01',
  title: 'Every refusal is a problem document, whatever is asked for, and never HTML',
  level: 'S',
  source: '9110 s15.5, s15.6 SHOULD explain; 9457 s3; ZAL-176',
  when: 'last',
  async check(target) {
    const matrix = await errorMatrix(target)
    for (const { cause, answers, expected, slug } of matrix)
      for (const answer of answers) {
        expect(
          expected.includes(answer.status),
          `${cause} was answered ${answer.status}, not ${expected.join(' or ')}: ${answer.text.slice(0, 160)}`,
        )
        if (slug !== undefined && answer.method !== 'HEAD') expectProblem(answer, expected, slug)
      }
    for (const { cause, forBrowser } of matrix)
      expect(
        forBrowser === undefined || forBrowser.status >= 400,
        `${cause}, with Accept: text/html, was answered ${forBrowser?.status}`,
      )
    const errors = await allErrors(target)
    for (const answer of errors) {
      expectEqual(mediaTypeOf(answer), 'application/problem+json', `Content-Type of ${named(answer)}`)
      expect(!/<(!doctype|html|body)\b/i.test(answer.text), `${named(answer)} holds HTML`)
      if (answer.method !== 'HEAD')
        expect(!Array.isArray(answer.json()), `${named(answer)} is an array, not an object`)
    }
    const statuses = new Set(errors.map(({ status }) => status))
    return `${errors.length} answers of ${matrix.length} causes: ${[...statuses].toSorted((a, b) => a - b).join(', ')}`
  },
}

const sameStatus: Row = {
  id: 'ERR-02',
  title: 'The status in a problem is that of the answer, as a number',
  level: 'M',
  source: '9457 s3.1.2 MUST',
  when: 'last',
  async check(target) {
    for (const { answer, problem } of await allProblems(target))
      expectEqual(problem['status'], answer.status, `status in ${named(answer)}`)
  },
}

const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-ms-request-id', 'x-correlation-id']

const occurrences: Row = {
  id: 'ERR-04',
  title: 'The same error has the same title, and an instance of its own that is the request id',
  level: 'S',
  source: '9457 s3.1.3 SHOULD NOT change; s3.1.5; AZ request id',
  when: 'last',
  async check(target) {
    for (const { cause, answers } of await errorMatrix(target)) {
      const [first, second] = answers
      if (!first || !second || first.method === 'HEAD') continue
      const [one, other] = [first.json(), second.json()]
      expect(typeof one['title'] === 'string' && one['title'] !== '', `${cause} has no title`)
      expectEqual(other['title'], one['title'], `the title of ${cause}, provoked again,`)
      expect(
        one['instance'] !== other['instance'],
        `${cause} has twice the instance ${String(one['instance'])}`,
      )
      for (const answer of answers) expectInstance(answer)
    }
  },
}

function expectInstance(answer: Answer): void {
  const { instance } = answer.json()
  const header = REQUEST_ID_HEADERS.find((name) => answer.headers[name] !== undefined)
  expect(header !== undefined, `${named(answer)} has no request id in its header`)
  const id = answer.headers[header] ?? ''
  expect(
    typeof instance === 'string' && id !== '' && instance.includes(id),
    `instance of ${named(answer)} is ${String(instance)}, without its ${header}: ${id}`,
  )
}

const STANDARD = new Set(['type', 'title', 'status', 'detail', 'instance'])
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504])
const RETRYABLE_TYPES = ['idempotency-in-progress', 'result-not-ready']

const extensions: Row = {
  id: 'ERR-06',
  title: 'Extensions are well named, and retryable tells what is worth sending again',
  level: 'C',
  source: "9457 s4 SHOULD; seeds' retry lists",
  when: 'last',
  async check(target) {
    for (const { answer, problem } of await allProblems(target)) {
      const odd = Object.keys(problem).find(
        (name) =>
          !STANDARD.has(name) && name !== 'violated-policies' && !/^[A-Za-z][A-Za-z0-9_]{2,}$/.test(name),
      )
      expect(odd === undefined, `${named(answer)} has the member "${odd}"`)
      const said = problem['retryable']
      expectEqual(typeof said, 'boolean', `the type of retryable in ${named(answer)}`)
      const type = typeOf(problem)
      const worth = RETRYABLE.has(answer.status) || RETRYABLE_TYPES.some((slug) => type.endsWith(slug))
      if (worth || answer.status < 500) expectEqual(said, worth, `retryable in ${named(answer)} (${type})`)
    }
  },
}

export const errorRows: readonly Row[] = [
  alwaysProblems,
  sameStatus,
  occurrences,
  extensions,
  ...typeRows,
  ...bareRows,
]
