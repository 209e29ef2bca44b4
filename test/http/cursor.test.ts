import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cursorSeal } from '../../src/http/cursor.ts'
import { HttpError } from '../../src/http/http-error.ts'

const { seal, open } = cursorSeal(randomBytes(32))
const from = { createdAt: '2026-11-22 09:00:00.123456+00', id: randomUUID() }
const cursor = seal({ from, backward: false }, 'mine')

const opened = (text: string, scope = 'mine') => {
  try {
    return open(text, scope)
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError)
    expect((error as HttpError).code).toBe('invalid-parameter')
    return 'refused'
  }
}

describe('the cursor of a list', () => {
  it('says where the page ended, to the microsecond, and which way to go', () => {
    expect(open(cursor, 'mine')).toEqual({ from, backward: false })
    expect(open(seal({ from, backward: true }, 'mine'), 'mine')).toEqual({ from, backward: true })
  })

  it('is refused with a single character changed, anywhere', () => {
    for (let at = 0; at < cursor.length; at++) {
      for (const other of ['A', 'z', '_'].filter((letter) => letter !== cursor[at]))
        expect(opened(cursor.slice(0, at) + other + cursor.slice(at + 1))).toBe('refused')
    }
  })

  it('is refused cut off, spelt otherwise, or made up', () => {
    for (let length = 0; length < cursor.length; length++)
      expect(opened(cursor.slice(0, length))).toBe('refused')
    for (const other of [`${cursor}=`, `${cursor} `, `${cursor}\n`, ` ${cursor}`])
      expect(opened(other)).toBe('refused')
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => opened(text) === 'refused'),
      { numRuns: 500 },
    )
  })

  it('is refused for the list of somebody else, and with another filter', () => {
    expect(opened(cursor, 'theirs')).toBe('refused')
  })

  it('is refused by a service with another secret', () => {
    expect(() => cursorSeal(randomBytes(32)).open(cursor, 'mine')).toThrow(HttpError)
  })
})
