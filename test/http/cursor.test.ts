import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from '../../src/http/cursor.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { newJobId } from '../../src/job/job.ts'

const refusal = (cursor: string): unknown => {
  try {
    return decodeCursor(cursor)
  } catch (error) {
    return error
  }
}

describe('a cursor', () => {
  it('leads back to the id it was made of', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(decodeCursor(encodeCursor(id))).toBe(id)
      }),
      { numRuns: 100 },
    )
  })

  it('needs no escaping in a URL and does not look like an id', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(encodeCursor(id)).toMatch(/^[\w-]{22}$/)
      }),
      { numRuns: 100 },
    )
  })

  const cursor = encodeCursor(newJobId())
  const id = newJobId()
  it.each([
    ['nothing', ''],
    ['an id', id],
    ['a short one', cursor.slice(1)],
    ['a long one', `${cursor}AAAA`],
    ['one with padding', `${cursor}==`],
    ['one in the other alphabet of Base64', `+${cursor.slice(1)}`],
    ['one with a blank', ` ${cursor}`],
    ['one with spare bits set', `${'A'.repeat(21)}B`],
    ['text', 'not a cursor at all!'],
    ['a page number', '2'],
    ['characters beyond ASCII', 'ключ'.repeat(6)],
  ])('is refused where it is not one of ours: %s', (_what, given) => {
    const error = refusal(given)
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({
      code: 'invalid-parameter',
      parameters: [{ parameter: 'cursor', detail: 'Take it from `next` of the page before, unchanged' }],
    })
  })
})
