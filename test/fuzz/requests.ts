/** Requests to the operations of a description: as they should be, nearly so, and not at all. */
import * as fc from 'fast-check'
import { bodyOf, enormous, type Body } from './bodies.ts'
import type { Description, Operation, Parameter } from './operations.ts'
import type { Piece, Request } from './request.ts'
import { bytesOf, percentEncoded, text } from './texts.ts'
import { valueOf } from './values.ts'

type Header = Request['headers'][number]

const nth = fc.nat(199)
const latin1 = (given: string) => bytesOf(given).toString('latin1')
/** What node:http lets through; all else is in sweep.ts and raw.ts. */
const headerText = text.map((given) => latin1(given).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'))

const jobId: fc.Arbitrary<Piece> = fc.oneof(
  {
    arbitrary: nth.map(
      (n): Piece =>
        (known) =>
          known.jobId(n),
    ),
    weight: 12,
  },
  { arbitrary: fc.uuid(), weight: 1 },
  { arbitrary: text.map((given) => percentEncoded(given) || 'x'), weight: 1 },
  {
    arbitrary: nth.map(
      (n): Piece =>
        (known) =>
          known.jobId(n).toUpperCase(),
    ),
    weight: 1,
  },
)

const entityTags: fc.Arbitrary<Piece> = fc.oneof(
  {
    arbitrary: nth.map(
      (n): Piece =>
        (known) =>
          known.entityTag(n),
    ),
    weight: 6,
  },
  fc.constantFrom('*', '""', 'W/"1"', '"a", "b"', '"', 'x', ','),
  nth.map(
    (n): Piece =>
      (known) =>
        `W/${known.entityTag(n)}, "x", ${known.entityTag(n + 1)}`,
  ),
  headerText,
)

const HEADERS: Readonly<Record<string, fc.Arbitrary<Piece>>> = {
  'Idempotency-Key': fc.oneof(
    { arbitrary: fc.uuid().map((id) => `"${id}"`), weight: 6 },
    fc.integer({ min: 0, max: 300 }).map((n) => `key-${n}`),
    fc.constantFrom(
      '',
      '""',
      '"',
      '"a',
      'a b',
      '"\\"',
      `"${'k'.repeat(255)}"`,
      `"${'k'.repeat(256)}"`,
      '"a";p=1',
    ),
    fc.constantFrom('?1', '12', ':YQ==:', '("a")', '"a", "b"', '@1', '"é"'),
    headerText,
  ),
  Prefer: fc.oneof(
    // None of them long: they are waited for.
    { arbitrary: fc.constantFrom('wait=0', 'wait=1', 'return=minimal', 'respond-async'), weight: 4 },
    fc.constantFrom(
      'wait',
      'wait=',
      'wait="1"',
      'wait=-1',
      'wait=1e9',
      'wait=0;x',
      'wait=0, wait=1',
      'wait=0.5',
    ),
    fc.constantFrom(
      'return=minimal, wait=0',
      '"'.repeat(3000),
      ','.repeat(3000),
      '='.repeat(3000),
      'a=";,\\"',
    ),
  ),
  'If-None-Match': entityTags,
  'If-Match': entityTags,
  'Last-Event-ID': fc.oneof(
    fc.integer({ min: -1, max: 5 }).map(String),
    fc.constantFrom('', '999999999', '9999999999', 'x', '1.5'),
  ),
}

/** Of no operation, but sent to all now and then. */
const ANYWHERE: fc.Arbitrary<Header> = fc.oneof(
  fc.tuple(
    fc.constant('Accept'),
    fc.oneof(headerText, fc.constantFrom('*/*', 'text/html', 'a/b;q=x', '*/*;q=0', ';')),
  ),
  fc.tuple(
    fc.constant('Accept-Encoding'),
    fc.constantFrom('gzip', 'gzip;q=0', '*', 'identity;q=0, *;q=0', '', 'x'.repeat(500)),
  ),
  fc.tuple(
    fc.constant('Authorization'),
    fc.oneof(headerText, fc.constantFrom('Bearer', 'Bearer x', 'Basic YTpi')),
  ),
  fc.tuple(
    fc.constantFrom(
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-HTTP-Method-Override',
      'Range',
      'Cookie',
      'Origin',
      'If-Modified-Since',
      'Content-Location',
      'TE',
      'Traceparent',
      'Expect',
    ),
    headerText,
  ),
  fc.constant(['Connection', 'close'] as const),
)

/** What operations have in common costs the most to make, so that each is made once. */
export function requestsTo(description: Description): fc.Arbitrary<Request> {
  const usual = description.operations.map((operation) => ({
    arbitrary: requestTo(operation, description),
    // Submissions and what is about a job more often than the lists of tasks, which are large and always the same.
    weight: operation.path.startsWith('/jobs') ? 60 : operation.body ? 40 : 10,
  }))
  return fc.oneof(...usual, { arbitrary: elsewhere, weight: 40 }, { arbitrary: tooLarge, weight: 1 })
}

function requestTo(operation: Operation, description: Description): fc.Arbitrary<Request> {
  const { method, path, parameters } = operation
  const of = (where: Parameter['in']) => parameters.filter((parameter) => parameter.in === where)
  const headers = fc.tuple(
    ...of('header').map(({ name }) =>
      sometimes(HEADERS[name] ?? headerText, 2).map((value) => ({ name, value })),
    ),
  )
  const body = bodyOf(operation.body && valueOf(operation.body, description))
  const events = path.endsWith('/events')
  return fc
    .record({
      id: jobId,
      query: queryOf(of('query'), description),
      headers,
      more: sometimes(ANYWHERE, 8),
      body,
      chunks: sometimes(fc.constantFrom(1, 7, 5000), 8),
      other: sometimes(
        fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'PROPFIND', 'TRACE'),
        25,
      ),
    })
    .map(({ id, query, headers: own, more, body: given, chunks, other }) => ({
      method: other ?? method,
      target: [...path.split('{id}').flatMap((part, n): Piece[] => (n > 0 ? [id, part] : [part])), query],
      headers: [
        ...(events ? [['Accept', 'text/event-stream'] as const] : []),
        ...own.flatMap(({ name, value }): Header[] => (value === null ? [] : [[name, value]])),
        ...(more ? [more] : []),
        ...typeOf(given),
      ],
      body: given.bytes,
      ...(chunks === null ? {} : { chunks: Math.max(chunks, Math.ceil(given.bytes.length / 500)) }),
    }))
}

function queryOf(parameters: readonly Parameter[], description: Description): fc.Arbitrary<string> {
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
const elsewhere: fc.Arbitrary<Request> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'),
    target: fc.oneof(
      {
        arbitrary: nth.map(
          (n): Piece =>
            (known) =>
              known.page(n),
        ),
        weight: 4,
      },
      nth.map(
        (n): Piece =>
          (known) =>
            `${known.page(n)}x`,
      ),
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

const tooLarge: fc.Arbitrary<Request> = enormous.map((body) => ({
  method: 'POST',
  target: ['/tasks/word-count'],
  headers: typeOf(body),
  body: body.bytes,
}))

function typeOf({ type, coding }: Body): Header[] {
  return [
    ...(type === undefined ? [] : [['Content-Type', type] as const]),
    ...(coding === undefined ? [] : [['Content-Encoding', coding] as const]),
  ]
}

/** Once in so many. */
function sometimes<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> {
  return fc.oneof({ arbitrary: fc.constant(null), weight: oneIn - 1 }, { arbitrary, weight: 1 })
}
