/** Headers of requests: as they should be, nearly so, and not at all. */
import * as fc from 'fast-check'
import type { Body } from './bodies.ts'
import { learned } from './learned.ts'
import type { Piece, Request } from './request.ts'
import { bytesOf, text } from './texts.ts'

export type Header = Request['headers'][number]

const latin1 = (given: string) => bytesOf(given).toString('latin1')
/** What node:http lets through; all else is in sweep.ts and raw.ts. */
export const headerText = text.map((given) => latin1(given).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'))

const entityTags: fc.Arbitrary<Piece> = fc.oneof(
  {
    arbitrary: learned((known, n) => known.entityTag(n)),
    weight: 6,
  },
  fc.constantFrom('*', '""', 'W/"1"', '"a", "b"', '"', 'x', ','),
  learned((known, n) => `W/${known.entityTag(n)}, "x", ${known.entityTag(n + 1)}`),
  headerText,
)

/** Of operations, by their names. */
export const HEADERS: Readonly<Record<string, fc.Arbitrary<Piece>>> = {
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
export const ANYWHERE: fc.Arbitrary<Header> = fc.oneof(
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

export function typeOf({ type, coding }: Body): Header[] {
  return [
    ...(type === undefined ? [] : [['Content-Type', type] as const]),
    ...(coding === undefined ? [] : [['Content-Encoding', coding] as const]),
  ]
}
