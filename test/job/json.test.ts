import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findFlaws, InexactNumber, isDeeperThan, isObject, pointer, type Path } from '../../src/job/json.ts'

/** `levels` arrays in each other, around `core`. */
function nested(levels: number, core: readonly unknown[] = []): unknown {
  let value: unknown = core
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

const path: fc.Arbitrary<Path> = fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 6 })

/** An object or array holding `leaf` at `where`, beside innocent neighbours. */
function holding(where: Path, leaf: unknown): unknown {
  return where.reduceRight<unknown>((inner, step) => {
    if (typeof step === 'string') return { [step]: inner, beside: ['innocent', 1, null] }
    return Array.from({ length: step + 2 }, (_, index) => (index === step ? inner : 'innocent'))
  }, leaf)
}

describe('flaws', () => {
  it('are what a database or JavaScript cannot keep, each at its path', () => {
    expect(findFlaws({ a: 'x\u0000y' })).toEqual([{ path: ['a'], detail: 'Text must not contain U+0000' }])
    expect(findFlaws(['ok', '\ud800'])).toMatchObject([
      { path: [1], detail: expect.stringContaining('lone surrogate') as string },
    ])
    expect(findFlaws('\udc00 alone')).toMatchObject([{ path: [] }])
    expect(findFlaws({ n: new InexactNumber('1e400') })).toEqual([
      { path: ['n'], detail: 'The number 1e400 cannot be kept exactly; send it as a string' },
    ])
  })

  it('may stand in the names of members too', () => {
    const flaws = findFlaws({ list: [{ 'a\u0000': 1, '\udfff': 2, fine: 3 }] })
    expect(flaws).toMatchObject([{ path: ['list', 0, 'a\u0000'] }, { path: ['list', 0, '\udfff'] }])
    for (const { detail } of flaws) expect(detail).toMatch(/^The member name is not usable: Text must not/)
  })

  it('are told in the order in which they stand', () => {
    const paths = findFlaws({ a: '\u0000', b: ['\u0000', { c: '\u0000' }], d: '\u0000' }).map(
      (flaw) => flaw.path,
    )
    expect(paths).toEqual([['a'], ['b', 0], ['b', 1, 'c'], ['d']])
  })

  it('quote a number only as far as a person would read it', () => {
    const [flaw] = findFlaws(new InexactNumber('9'.repeat(1_000_000)))
    expect(flaw?.detail.length).toBeLessThan(120)
  })

  it('include a member that JavaScript would drop on the way', () => {
    expect(findFlaws(JSON.parse('{"counts": {"__proto__": 5}}'))).toMatchObject([
      { path: ['counts', '__proto__'] },
    ])
  })

  it('are not seen in honest JSON, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('\\u0000') && !text.includes('__proto__'))
        expect(findFlaws(value)).toEqual([])
      }),
      { numRuns: 200 },
    )
    expect(findFlaws(['\u{1F600}', '\u0001\u007f\uffff', '', -0, null, undefined])).toEqual([])
  })

  it('are found wherever they hide', () => {
    fc.assert(
      fc.property(path, fc.constantFrom('\u0000', '\ud83d', new InexactNumber('1e400')), (where, leaf) => {
        fc.pre(!where.some((step) => String(step).includes('\u0000') || step === '__proto__'))
        expect(findFlaws(holding(where, leaf))).toMatchObject([{ path: where }])
      }),
      { numRuns: 200 },
    )
  })

  it('are looked for without recursion: no nesting overflows the stack', () => {
    expect(findFlaws(nested(10_000, ['\u0000']))).toHaveLength(1)
  })
})

describe('depth', () => {
  it('counts arrays and objects: a bare value has none, an empty array is one level', () => {
    expect(isDeeperThan('text', 0)).toBe(false)
    expect(isDeeperThan([], 0)).toBe(true)
    expect(isDeeperThan({}, 0)).toBe(true)
    expect(isDeeperThan([1, { a: 1 }], 2)).toBe(false)
    expect(isDeeperThan([1, { a: 1 }], 1)).toBe(true)
    expect(isDeeperThan([new InexactNumber('1e400')], 1)).toBe(false)
  })

  it('of 64 levels is not more than 64; of 65 it is, whether or not anything stands in the innermost', () => {
    for (const core of [[], ['text'], [{}].slice(1)]) {
      expect(isDeeperThan(nested(64, core), 64)).toBe(false)
      expect(isDeeperThan(nested(65, core), 64)).toBe(true)
    }
  })

  it('is that of the deepest part', () => {
    expect(isDeeperThan({ a: 1, b: [[[[]]]], c: [] }, 4)).toBe(true)
    expect(isDeeperThan({ a: 1, b: [[[[]]]], c: [] }, 5)).toBe(false)
  })

  it('may be a hundred thousand levels without overflowing the stack', () => {
    expect(isDeeperThan(nested(100_000), 64)).toBe(true)
  })
})

describe('a pointer', () => {
  it('leads back to the place, whatever its members are called', () => {
    const decoded = (text: string) =>
      decodeURIComponent(text)
        .slice(1)
        .split('/')
        .slice(1)
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (where) => {
        expect(decoded(pointer(where))).toEqual(where)
      }),
      { numRuns: 200 },
    )
    expect(pointer([])).toBe('#')
    expect(pointer(['items', 0, 'a/b'])).toBe('#/items/0/a~1b')
  })
})

describe('an object', () => {
  it('has members; arrays and null have none', () => {
    expect([{}, Object.create(null)].every(isObject)).toBe(true)
    expect([[], null, undefined, 'text', 5, () => 1].some(isObject)).toBe(false)
  })
})
