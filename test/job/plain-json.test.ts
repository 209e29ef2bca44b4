import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonText, Unkeepable } from '../../src/job/plain-json.ts'

const MAX = 1000
const boom = () => {
  throw new Error('boom')
}
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
const cycle = () => {
  const list: unknown[] = []
  list.push({ list })
  return list
}
/** Each list holds the one before twice: as JSON more than could ever be written. */
const doubled = (times: number): unknown => {
  let value: unknown = 'x'
  for (let time = 0; time < times; time++) value = [value, value]
  return value
}
const refusal = (value: unknown, maxBytes = MAX) => {
  try {
    return jsonText(value, maxBytes)
  } catch (error) {
    expect(error).toBeInstanceOf(Unkeepable)
    return `${(error as Unkeepable).code}: ${(error as Unkeepable).message}`
  }
}

class Report {
  readonly rows = 2
  readonly #secret = 1
  get double() {
    return this.rows * 2 * this.#secret
  }
}

describe('what a task returned', () => {
  it.each<[string, unknown, string]>([
    [
      'plain JSON, in its order',
      { b: 1, a: [null, true, 'ä😀', -1.5e-7] },
      '{"b":1,"a":[null,true,"ä😀",-1.5e-7]}',
    ],
    ['a member that is undefined: it is not there', { a: undefined, b: 1 }, '{"b":1}'],
    ['a Date, as its toJSON says', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['bytes that have a toJSON', Buffer.from('a'), '{"type":"Buffer","data":[97]}'],
    ['a URL', { at: new URL('http://a/') }, '{"at":"http://a/"}'],
    ['an instance of a class, by its own members', new Report(), '{"rows":2}'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['a proxy of an object', new Proxy({ a: 1 }, {}), '{"a":1}'],
    ['a member called constructor', { constructor: 1 }, '{"constructor":1}'],
    ['a member with a symbol for a name: it is not there', { [Symbol('s')]: 1 }, '{}'],
    ['a zero below zero', -0, '0'],
    ['the deepest there may be', nested(64), `${'['.repeat(64)}1${']'.repeat(64)}`],
    ['the same thing twice, which is no cycle', doubled(2), '[["x","x"],["x","x"]]'],
    ['as much as there may be', 'x'.repeat(MAX - 2), `"${'x'.repeat(MAX - 2)}"`],
  ])('is kept: %s', (_what, value, text) => {
    expect(jsonText(value, MAX)).toBe(text)
  })

  it.each<[string, unknown, string]>([
    ['undefined', undefined, '# is undefined'],
    ['undefined in a list', { a: [1, undefined] }, '#/a/1 is undefined, which JSON would turn into null'],
    ['a gap in a list', Object.assign([], { length: 1 }), '#/0 is undefined'],
    ['a function', { a: boom }, '#/a is a function'],
    ['a symbol', [Symbol('s')], '#/0 is a symbol'],
    ['a bigint', { a: 1n }, '#/a is a bigint'],
    ['NaN', { a: NaN }, '#/a is NaN, which JSON would turn into null'],
    ['what is not finite', [-Infinity], '#/0 is -Infinity'],
    ['a date that is none', { a: new Date(NaN) }, '#/a is an invalid Date'],
    ['a Map', { a: new Map([[1, 2]]) }, '#/a is a Map, which JSON does not have'],
    ['a Set', new Set([1]), '# is a Set'],
    ['an Error', { a: new Error('secret') }, '#/a is a Error'],
    ['a pattern', /a/, '# is a RegExp'],
    ['a promise', { a: Promise.resolve(1) }, '#/a is a Promise'],
    ['bytes without a toJSON', new Uint8Array(2), '# is a Uint8Array'],
    ['a boxed text', Object('a'), '# is a String'],
    ['what is nested too deep', nested(65), '# is nested more than 64 levels deep'],
    ['what is nested far too deep', nested(4000), '# is nested more than 64 levels deep'],
    ['a cycle', cycle(), '# is inside itself'],
    ['U+0000', { a: 'a\u0000b' }, '#/a cannot be kept: Text must not contain U+0000'],
    ['half of a surrogate pair', ['\ud83d'], '#/0 cannot be kept: Text must not contain a lone surrogate'],
    ['a name with U+0000', { 'a\u0000': 1 }, '#/a%00 has a name that cannot be kept'],
    ['a name with half a pair', { '\udfff': 1 }, 'has a name that cannot be kept'],
    [
      'a member called __proto__',
      JSON.parse('{"a":{"__proto__":1}}'),
      '#/a/__proto__ has a name that cannot be kept',
    ],
    ['a toJSON that throws', { toJSON: boom }, 'Reading it threw an error'],
    ['a toJSON that says too much', { toJSON: () => new Map() }, '# is a Map'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { get: boom, enumerable: true }),
      'Reading it threw an error',
    ],
    ['a proxy that throws', new Proxy({}, { ownKeys: boom }), 'Reading it threw an error'],
    ['a proxy that was revoked', revoked(), 'Reading it threw an error'],
  ])('is refused as what JSON cannot say: %s', (_what, value, sentence) => {
    const said = refusal(value)
    expect(said).toContain('output-not-serialisable: ')
    expect(said).toContain(sentence)
    expect(said).not.toMatch(/boom|secret/)
  })

  it.each<[string, unknown, number]>([
    ['text', 'x'.repeat(MAX - 1), MAX],
    ['letters that take more than a byte', 'ä'.repeat(MAX / 2), MAX],
    ['signs that JSON escapes', '\u0001'.repeat(MAX / 5), MAX],
    [
      'signs that JSON escapes beyond what V8 lets a text be',
      '\u0001'.repeat(100_000_000),
      128 * 1024 * 1024,
    ],
    ['a list', Array.from({ length: MAX }, () => 1), MAX],
    ['names', { ['n'.repeat(MAX)]: 1 }, MAX],
    ['what is in itself many times over', doubled(60), 128 * 1024],
    ['a proxy that has no end', new Proxy([], { get: (_, name) => (name === 'length' ? Infinity : 1) }), MAX],
  ])('is refused as too large, without writing it out: %s', (_what, value, maxBytes) => {
    expect(refusal(value, maxBytes)).toBe(`output-too-large: It takes more than ${maxBytes} bytes as JSON`)
  })

  it('is asked once: a getter that changes its mind changes nothing', () => {
    let asked = 0
    const value = { get a() { return asked++ === 0 ? 'first' : cycle() } } // prettier-ignore
    expect(jsonText(value, MAX)).toBe('{"a":"first"}')
  })

  it('is the text of JSON.stringify wherever that is JSON as it stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(jsonText(value, 1_000_000)).toBe(JSON.stringify(value))
      }),
      { numRuns: 300 },
    )
  })

  it('is kept or refused cleanly, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
          withBoxedValues: true,
        }),
        (value) => {
          // prettier-ignore
          const text = refusal(value, 100_000)
          if (!text.startsWith('output-')) JSON.parse(text)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('may have every code unit but U+0000 and lone surrogates, each by itself and each pair', () => {
    for (let unit = 0; unit < 65_536; unit++) {
      const letter = String.fromCharCode(unit)
      const isKept = unit !== 0 && letter.isWellFormed()
      const said = refusal(letter)
      if (isKept ? JSON.parse(said) !== letter : !said.startsWith('output-not-serialisable'))
        expect.fail(`U+${unit.toString(16)}: ${said}`)
    }
    for (let high = 0xd800; high < 0xdc00; high++) {
      const pairs = Array.from({ length: 1024 }, (_, low) => String.fromCharCode(high, 0xdc00 + low)).join('')
      if (JSON.parse(refusal(pairs, 10_000)) !== pairs) expect.fail(`U+${high.toString(16)} with others`)
    }
  })
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
