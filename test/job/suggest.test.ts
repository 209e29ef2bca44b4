import { describe, expect, it } from 'vitest'
import { closest, didYouMean } from '../../src/job/suggest.ts'

describe('a guess at what was meant', () => {
  it.each([
    ['txt', ['text', 'lang'], 'text'],
    ['inptu', ['input', 'task'], 'input'],
    ['TEXT', ['text'], 'text'],
    ['word_count', ['word-count', 'shout'], 'word-count'],
    ['langauge', ['lang', 'language'], 'language'],
    ['colors', ['colours', 'color'], 'colours'],
  ])('for %j among %j is %j', (name, known, guess) => {
    expect(closest(name, known)).toBe(guess)
    expect(didYouMean(name, known)).toBe(` Did you mean "${guess}"?`)
  })

  it.each([
    ['foo', ['bar']],
    ['a', ['b']],
    ['', ['a', 'text']],
    ['text', []],
    ['x'.repeat(100_000), ['text']],
  ])('is not made where nothing is close (%#)', (name, known) => {
    expect(closest(name, known)).toBeUndefined()
    expect(didYouMean(name, known)).toBe('')
  })

  it('is the nearest of several, and the first of equals', () => {
    expect(closest('tests', ['texts', 'test', 'tests2'])).toBe('texts')
    expect(closest('prioritie', ['priorities', 'priority'])).toBe('priorities')
  })
})
