/** Addresses: of jobs, of queries, and of nothing. */
import * as fc from 'fast-check'
import { learned, sometimes } from './learned.ts'
import type { Description, Parameter } from './operations.ts'
import type { Piece, Request } from './request.ts'
import { percentEncoded, text } from './texts.ts'
import { valueOf } from './values.ts'

export const jobId: fc.Arbitrary<Piece> = fc.oneof(
  { arbitrary: learned((known, n) => known.jobId(n)), weight: 12 },
  { arbitrary: fc.uuid(), weight: 1 },
  { arbitrary: text.map((given) => percentEncoded(given) || 'x'), weight: 1 },
  { arbitrary: learned((known, n) => known.jobId(n).toUpperCase()), weight: 1 },
)

export function queryOf(parameters: readonly Parameter[], description: Description): fc.Arbitrary<string> {
  const valid = fc
    .tuple(
      ...parameters.map(({ name, schema }) =>
        sometimes(valueOf(schema, description), 2).map((value) => ({ name, value })),
      ),
    )
    .map((given) =>
      given.flatMap(({ name, value }) =>
        value === null
          ? []
          : [`${name}=${percentEncoded(typeof value === 'string' ? value : JSON.stringify(value))}`],
      ),
    )
  const names = parameters.map(({ name }) => name)
  const wrong = fc.oneof(
    fc
      .tuple(fc.constantFrom(...names, 'x', '__proto__', 'constructor', 'limit[]', 'limit[a]'), text)
      .map(([name, value]) => [`${name}=${percentEncoded(value)}`]),
    text.map((given) => [percentEncoded(given)]),
    fc.constantFrom(
      ['%'],
      ['%zz=%'],
      ['=&=&&='],
      ['a'.repeat(3000)],
      ['limit=1&limit=2'],
      ['limit=1e1'],
      ['limit=0x1'],
      ['?'],
    ),
  )
  const none = fc.constant<string[]>([])
  return fc
    .oneof(
      { arbitrary: none, weight: 10 },
      { arbitrary: names.length > 0 ? valid : none, weight: 10 },
      { arbitrary: wrong, weight: names.length > 0 ? 6 : 1 },
    )
    .map((parts) => (parts.length > 0 ? `?${parts.join('&')}` : ''))
}

/** Addresses that were given out, and those where nothing is. */
export const elsewhere: fc.Arbitrary<Request> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
    target: fc.oneof(
      {
        arbitrary: learned((known, n) => known.page(n)),
        weight: 4,
      },
      learned((known, n) => `${known.page(n)}x`),
      {
        arbitrary: fc.constantFrom(
          '/',
          '/docs/',
          '/openapi.yaml',
          '/problems/',
          '/problems/job-expired',
          '/problems/x',
          '/tasks/nope',
          '/jobs/',
          '/JOBS',
          '//jobs',
          '/jobs/../tasks',
          '/%6Aobs',
          '/*',
        ),
        weight: 2,
      },
      fc
        .array(text, { minLength: 1, maxLength: 4 })
        .map((parts) => parts.map((part) => `/${percentEncoded(part)}`).join('')),
      fc.webSegment().map((segment) => `/jobs/${segment}`),
    ),
  })
  .map(({ method, target }) => ({ method, target: [target], headers: [], body: Buffer.alloc(0) }))
