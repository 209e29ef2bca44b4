import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactly } from '../../src/http/exact-numbers.ts'
import { InexactNumber, isDeeperThan } from '../../src/job/json.ts'

const inexact = (literal: string) => new InexactNumber(literal)

describe('a number keeps its value', () => {
  it.each([
    ['0', 0],
    ['9007199254740991', 2 ** 53 - 1],
    ['-9007199254740991', 1 - 2 ** 53],
    ['0.1', 0.1],
    ['0.30000000000000004', 0.1 + 0.2],
    ['123456.78901234567', 123_456.789_012_345_67],
    ['5e-324', 5e-324],
    ['1e2', 100],
    ['1.50E+1', 15],
    ['1e22', 1e22],
    ['100000000000000000000', 1e20],
    ['1.0000000000000000000000', 1],
    ['0e999999999', 0],
  ])('%s', (literal, value) => {
    expect(parseExactly(literal)).toBe(value)
    expect(parseExactly(`{"a": [${literal}]}`)).toEqual({ a: [value] })
  })

  it.each(['-0', '-0.0', '-0e5', '-0.00000000000000000000'])('%s, which is 0', (literal) => {
    expect(Object.is(parseExactly(literal), 0)).toBe(true)
    expect(Object.is((parseExactly(`["2030-01-01", ${literal}]`) as unknown[])[1], 0)).toBe(true)
  })

  it('where a program wrote it as JSON: any whole number it could count to', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parseExactly(JSON.stringify([value, `${value}`]))).toEqual([value, `${value}`])
      }),
      { numRuns: 300 },
    )
  })

  it('where a program wrote it as JSON: any fraction, and anything so large or small that it has an exponent', () => {
    // Between 2^53 and 1e21 JSON.stringify writes all digits, and the number looks like an id.
    const written = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => {
      return !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21
    })
    fc.assert(
      fc.property(written, (value) => {
        expect(parseExactly(JSON.stringify({ value }))).toEqual({ value: value === 0 ? 0 : value })
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['6.02214076e23', 6.022_140_76e23],
    ['1e23', 1e23],
    ['1.7976931348623157e308', Number.MAX_VALUE],
  ])('%s, a measurement: an exponent says that its digits are not all there', (literal, value) => {
    expect(parseExactly(literal)).toBe(value)
  })
})

describe('a number whose value would change is named instead', () => {
  it.each([
    ['9007199254740993', 'between two doubles'],
    ['9007199254740992', 'an id that got lucky'],
    ['-9007199254740993', 'below zero'],
    ['12345678901234567890', 'longer than any double'],
    ['9007199254740993.0', 'the same with a point'],
    ['1e400', 'beyond the largest'],
    ['-1e400', 'beyond the lowest'],
    ['1e-400', 'too small to be anything but 0'],
    ['0.123456789012345678', '18 significant digits'],
    ['3.14159265358979323846', 'more of pi than a double holds'],
  ])('%s: %s', (literal) => {
    expect(parseExactly(literal)).toEqual(inexact(literal))
    expect(parseExactly(`{"a": [1, ${literal}], "b": "${literal}"}`)).toEqual({
      a: [1, inexact(literal)],
      b: literal,
    })
  })

  it('up to 17 significant digits say which double is meant, 18 no longer do', () => {
    expect(parseExactly('0.12345678901234567')).toBe(Number('0.12345678901234567'))
    expect(parseExactly('0.123456789012345671')).toEqual(inexact('0.123456789012345671'))
    expect(parseExactly('0.000012345678901234567')).toBe(Number('0.000012345678901234567'))
  })

  it('however long it is', () => {
    for (const literal of [
      '9'.repeat(1_000_000),
      `0.${'1'.repeat(1_000_000)}`,
      `1e${'9'.repeat(1_000_000)}`,
    ]) {
      expect(parseExactly(`[${literal}]`)).toEqual([inexact(literal)])
    }
  })
})

describe('the rest of the JSON', () => {
  it('is as JSON.parse has it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), fc.nat(8), (value, indent) => {
        const safely = (_name: string, member: unknown) => (typeof member === 'number' ? 0 : member)
        const text = JSON.stringify(value, safely, indent)
        expect(parseExactly(text)).toEqual(JSON.parse(text))
        expect(parseExactly(`[1e0, ${text}]`)).toEqual([1, JSON.parse(text)])
      }),
      { numRuns: 50 },
    )
  })

  it('may hold texts that look like numbers, which stay as they are', () => {
    const texts = ['9007199254740993', '1e400', '-0', '1234567890.1234567890', '\\"1e400']
    expect(parseExactly(JSON.stringify({ texts, '1e400': -1 }))).toEqual({ texts, '1e400': -1 })
  })

  it('keeps members that objects are born with, as members', () => {
    const text = '{"__proto__": {"a": 1e400}, "constructor": 1e0}'
    const value = parseExactly(text) as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('is a SyntaxError where it is not JSON, with or without a suspicious number', () => {
    for (const text of [
      '',
      '{',
      '01',
      '+1',
      '.5',
      '1.',
      '1e',
      'NaN',
      '0x10',
      '[1e400',
      '1e5 1',
      '9007199254740993n',
    ]) {
      expect(() => parseExactly(text)).toThrow(SyntaxError)
    }
  })

  it('may be nested so deep that it will be refused for that, but not by overflowing the stack', () => {
    for (const core of ['1', '1e5', '-0', '9007199254740993']) {
      const text = '['.repeat(100_000) + core + ']'.repeat(100_000)
      expect(isDeeperThan(parseExactly(text), 64)).toBe(true)
    }
  })
})
