import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loggable } from '../../src/job/loggable.ts'

describe('what is logged', () => {
  it('is an error with its type, message, stack and cause, and what else stands on it', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: '22P05' })
    expect(loggable(error)).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('loggable.test.ts:') as string,
      code: '22P05',
      cause: { type: 'Error', message: 'inner' },
    })
  })

  it('is a value as JSON has it, or as text where JSON has none', () => {
    const at = new Date(0)
    expect(loggable({ a: [1, 'x', true, null], at, big: 1n, nan: NaN, bytes: new Uint8Array(9) })).toEqual({
      a: [1, 'x', true, null],
      at: '1970-01-01T00:00:00.000Z',
      big: '1',
      nan: 'NaN',
      bytes: '[9 bytes]',
    })
  })

  it('is cut where it is too long, too deep or too much', () => {
    expect(loggable('x'.repeat(9000))).toBe(`${'x'.repeat(8000)}… (9000 letters)`)
    expect(loggable([[[[[1]]]]])).toEqual([[[['…']]]])
    const many = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ['x']))
    expect(JSON.stringify(loggable(many)).length).toBeLessThan(5000)
  })

  it('can always be written, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        (value) => {
          // prettier-ignore
          expect(JSON.stringify(loggable(value))).toBeTypeOf('string')
        },
      ),
      { numRuns: 300 },
    )
  })
})
