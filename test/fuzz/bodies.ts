/** Bodies: JSON as it should be, and in every way that it should not. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { bytesOf } from './texts.ts'
import { anything, nearly, type Value } from './values.ts'

export interface Body {
  readonly bytes: Buffer
  readonly type?: string
  readonly coding?: string
}

const JSON_TYPE = 'application/json'

/** A bomb: 64 MB of blanks in 64 kB. Made once. */
const BOMB = gzipSync(Buffer.alloc(64_000_000, ' '))

const json = (value: Value): Buffer => Buffer.from(JSON.stringify(value) ?? 'null')

/** What JSON.stringify would not write. */
const ODD_TEXTS = [
  '',
  ' ',
  '{',
  '{"value":',
  '{"value":1}}',
  '{"value":01}',
  '{"value":1e400}',
  '{"value":123456789012345678901234567890}',
  '{"value":0.1000000000000000000000001}',
  '{"value":NaN}',
  '{"value":"\\ud800"}',
  '{"value":"\\u0000"}',
  '{"\\u0000":1}',
  '{"value":"\n"}',
  '{"text":"a","text":"b"}',
  '{"__proto__":{"polluted":true}}',
  '{"value":{"__proto__":{"polluted":true}}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  "{'value':1}",
  '{"value":1,}',
  '/**/{}',
  '\ufeff{}',
  'null',
  '[]',
  '"text"',
  '1e9999',
  '-',
  `{"value":${'['.repeat(63)}${']'.repeat(63)}}`,
  `{"value":${'['.repeat(64)}${']'.repeat(64)}}`,
  '['.repeat(20_000),
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  `{"text":"${'a'.repeat(100_000)}"}`,
  `{"text":${'1'.repeat(50_000)}}`,
].map((odd) => Buffer.from(odd))

const TYPES = [
  JSON_TYPE,
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
  'application/json; charset=utf-7',
  'application/json; charset=utf-16',
  'application/json; charset=latin1',
  'application/problem+json',
  'application/jsonp',
  'text/plain',
  'text/json',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '*/*',
  ';',
  '',
]

/** Made when one is asked for: compressing takes longer than all the rest. */
const CODINGS: readonly ((body: Buffer) => Body)[] = [
  (body) => ({ bytes: gzipSync(body), coding: 'gzip' }),
  (body) => ({ bytes: deflateSync(body), coding: 'deflate' }),
  (body) => ({ bytes: brotliCompressSync(body), coding: 'br' }),
  (body) => ({ bytes: gzipSync(body).subarray(0, 12), coding: 'gzip' }),
  (body) => ({ bytes: Buffer.concat([gzipSync(body), Buffer.from('more')]), coding: 'gzip' }),
  (bytes) => ({ bytes, coding: 'gzip' }),
  (bytes) => ({ bytes, coding: 'br' }),
  (bytes) => ({ bytes, coding: 'zstd' }),
  (bytes) => ({ bytes, coding: 'identity' }),
  (bytes) => ({ bytes, coding: 'cow' }),
  (body) => ({ bytes: gzipSync(gzipSync(body)), coding: 'gzip, gzip' }),
]

/** @param value what is asked for; nothing where no body is */
export function bodyOf(value: fc.Arbitrary<Value> | undefined): fc.Arbitrary<Body> {
  const asked = value ?? anything
  const valid = asked.map((given): Body => ({ bytes: json(given), type: JSON_TYPE }))
  const wrong = fc.oneof(
    { arbitrary: nearly(asked).map((given): Body => ({ bytes: json(given), type: JSON_TYPE })), weight: 8 },
    { arbitrary: nearly(nearly(asked)).map((given) => ({ bytes: json(given), type: JSON_TYPE })), weight: 3 },
    { arbitrary: fc.constantFrom(...ODD_TEXTS).map((bytes) => ({ bytes, type: JSON_TYPE })), weight: 4 },
    { arbitrary: anything.map((given) => ({ bytes: json(given), type: JSON_TYPE })), weight: 2 },
    { arbitrary: fc.tuple(asked, fc.constantFrom(...TYPES)).map(typed), weight: 2 },
    {
      arbitrary: fc
        .tuple(asked, fc.constantFrom(...CODINGS))
        .map(([given, coded]) => withType(coded(json(given)))),
      weight: 2,
    },
    { arbitrary: fc.tuple(asked, fc.nat(), fc.nat(255)).map(damaged), weight: 3 },
    {
      arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => withType({ bytes: Buffer.from(bytes) })),
      weight: 1,
    },
    {
      arbitrary: fc.string({ maxLength: 20 }).map((given) => withType({ bytes: bytesOf(given) })),
      weight: 1,
    },
  )
  if (!value) return fc.oneof({ arbitrary: fc.constant({ bytes: Buffer.alloc(0) }), weight: 9 }, wrong)
  return fc.oneof({ arbitrary: valid, weight: 6 }, { arbitrary: wrong, weight: 6 })
}

/** Rare, for it costs the server some work: more than any body may have, on the wire or unpacked. */
export const enormous: fc.Arbitrary<Body> = fc.constantFrom<Body>(
  { bytes: BOMB, type: JSON_TYPE, coding: 'gzip' },
  { bytes: Buffer.alloc(2_200_000, ' '), type: JSON_TYPE },
  { bytes: Buffer.from(`{"text":"${'a'.repeat(1_500_000)}"}`), type: JSON_TYPE },
)

function withType(body: Body): Body {
  return { type: JSON_TYPE, ...body }
}

function typed([value, type]: [Value, string]): Body {
  return { bytes: json(value), type }
}

/** One byte is another: mostly no UTF-8 or no JSON any more. */
function damaged([value, at, byte]: [Value, number, number]): Body {
  const bytes = json(value)
  bytes[at % (bytes.length || 1)] = byte
  return { bytes, type: JSON_TYPE }
}
