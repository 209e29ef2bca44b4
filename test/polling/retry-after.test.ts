/** What a callee's Retry-After says, in all its forms, and in none of them. */
import { describe, expect, it } from 'vitest'
import { retryAfterSeconds } from '../../src/polling/retry-after.ts'

const NOW = Date.parse('1994-11-06T08:49:00Z')

describe('Retry-After', () => {
  it.each([
    ['seconds', '120', 120],
    ['none', '0', 0],
    ['white space around', ' 7 ', 7],
    ['too many', '999999999999999999999', 86_400],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 37],
    ['an obsolete date', 'Sunday, 06-Nov-94 08:49:37 GMT', 37],
    ['a date as C writes it', 'Sun Nov  6 08:49:37 1994', 37],
    ['a date that is over', 'Sun, 06 Nov 1994 08:48:00 GMT', 0],
    ['a date in another century', 'Sun, 06 Nov 2094 08:48:00 GMT', 86_400],
  ])('takes %s', (_, value, seconds) => {
    expect(retryAfterSeconds(value, NOW)).toBe(seconds)
  })

  it.each([
    undefined,
    '',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    'Infinity',
    'Tomorrow, 06 Nov 1994 08:49:37 GMT',
    '1, 2',
  ])('hears nothing in %s', (value) => {
    expect(retryAfterSeconds(value, NOW)).toBeUndefined()
  })

  it('goes by the clock of who said it', () => {
    const theirs = 'Sun, 06 Nov 2005 10:00:00 GMT'
    expect(retryAfterSeconds('Sun, 06 Nov 2005 10:00:30 GMT', NOW, theirs)).toBe(30)
    expect(retryAfterSeconds('Sun, 06 Nov 1994 08:49:37 GMT', NOW, 'nonsense')).toBe(37)
  })
})
