import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/job/fingerprint.ts'
import { isObject } from '../../src/job/json.ts'
import { parseExactly } from '../../src/http/exact-numbers.ts'

const fingerprint = (text: string) => fingerprintOf(parseExactly(text))
const same = (...texts: readonly string[]) => expect(new Set(texts.map(fingerprint)).size).toBe(1)
const different = (...texts: readonly string[]) =>
  expect(new Set(texts.map(fingerprint)).size).toBe(texts.length)

/** The same value, its members in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  )
}

describe('two submissions that mean the same have one fingerprint', () => {
  it('is 64 hexadecimal digits', () => {
    for (const value of [{}, [], null, 'text', undefined])
      expect(fingerprintOf(value)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('whatever the order of members and the white space', () => {
    same('{"task":"t","input":{"a":1,"b":[2,{}]}}', '{ "input": { "b": [2, {}],\n "a": 1 }, "task": "t" }')
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (input) => {
        expect(fingerprintOf({ task: 't', input: reversed(input) })).toBe(fingerprintOf({ input, task: 't' }))
      }),
      { numRuns: 200 },
    )
  })

  it('whatever the spelling of numbers and text', () => {
    same('{"input":1}', '{"input":1.0}', '{"input":1e0}', '{"input":10e-1}')
    same('{"input":0}', '{"input":-0}', '{"input":-0.0}', '{"input":0e5}')
    same('{"input":100}', '{"input":1e2}', '{"input":1.00E+2}')
    same('{"input":"é/"}', '{"input":"\\u00e9\\/"}')
  })

  it('whatever the spelling of the time', () => {
    same(
      '{"runAt":"2030-01-01T09:00:00Z"}',
      '{"runAt":"2030-01-01T09:00:00.000Z"}',
      '{"runAt":"2030-01-01T09:00:00+00:00"}',
      '{"runAt":"2030-01-01T10:30:00+01:30"}',
      '{"runAt":"2029-12-31T23:00:00-10:00"}',
    )
  })

  it('whether a default is said or not', () => {
    same(
      '{"task":"t","input":1}',
      '{"task":"t","input":1,"priority":0}',
      '{"task":"t","input":1,"priority":-0,"tags":[]}',
    )
  })

  it('whichever door they came by: options that were not given do not count', () => {
    const query = { runAt: undefined, priority: undefined, tags: undefined }
    expect(fingerprintOf({ ...query, task: 't', input: { a: 1 } })).toBe(
      fingerprintOf({ task: 't', input: { a: 1 } }),
    )
  })
})

describe('two submissions that mean different things have different fingerprints', () => {
  it('where anything of the wish differs', () => {
    different(
      '{"task":"t","input":{}}',
      '{"task":"u","input":{}}',
      '{"task":"t","input":[]}',
      '{"task":"t","input":null}',
      '{"task":"t"}',
      '{"task":"t","input":{},"priority":1}',
      '{"task":"t","input":{},"priority":-1}',
      '{"task":"t","input":{},"tags":["a"]}',
      '{"task":"t","input":{},"tags":["a","b"]}',
      '{"task":"t","input":{},"runAt":"2030-01-01T09:00:00Z"}',
      '{"task":"t","input":{},"runAt":"2030-01-01T09:00:00.001Z"}',
    )
  })

  it('where values only look alike', () => {
    different('{"input":1}', '{"input":"1"}', '{"input":true}', '{"input":[1]}', '{"input":{"1":1}}')
    different('{"input":0.1}', '{"input":0.10000000000000002}')
    different('{"input":"é"}', '{"input":"e\\u0301"}')
    different('{"input":[1,2]}', '{"input":[2,1]}')
    different('{"input":{}}', '{"input":{"__proto__":1}}', '{"input":{"__proto__":2}}')
  })

  it('where members of the input are called like options: only the options have defaults', () => {
    different('{"input":{}}', '{"input":{"priority":0}}', '{"input":{"tags":[]}}')
    different('{"input":{"runAt":"2030-01-01T09:00:00Z"}}', '{"input":{"runAt":"2030-01-01T10:00:00+01:00"}}')
  })

  it('where options are nonsense that will be refused', () => {
    different('{"runAt":"soon"}', '{"runAt":"later"}', '{"runAt":null}', '{"runAt":5}', '{}')
    different('{"tags":null}', '{"tags":{}}', '{"tags":"a"}', '{}')
    different('{"priority":null}', '{"priority":"0"}', '{"priority":false}', '{}')
  })
})
