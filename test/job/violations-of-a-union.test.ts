import { describe, expect, it } from 'vitest'
import { strict } from '../../src/job/strict.ts'
import { check, type Violation } from '../../src/job/violations.ts'
import { z } from '../../src/acceptd.ts'

function violations(schema: z.ZodType, value: unknown): readonly Violation[] {
  const checked = check(schema, value)
  return checked.ok ? [] : checked.violations
}

describe('what is wrong with a value that may take several forms', () => {
  const source = strict(
    z.union([
      z.object({ url: z.url() }),
      z.object({ text: z.string(), lang: z.string().length(2) }),
      z.null(),
    ]),
  )

  it('speaks of the form that came nearest', () => {
    expect(violations(source, { url: 'nowhere' })).toMatchObject([{ pointer: '#/url' }])
    expect(violations(source, { text: 'a', lang: 'eng' })).toMatchObject([{ pointer: '#/lang' }])
    expect(violations(z.object({ from: source }), { from: { text: 1, lang: 'en' } })).toMatchObject([
      { pointer: '#/from/text' },
    ])
  })

  it('speaks of the object where an object was sent, not of the text that would have been shorter to complain about', () => {
    const recipient = z.union([z.string(), z.object({ name: z.string(), mail: z.email() })])
    const told = violations(z.object({ to: recipient }), { to: { name: 5, mail: 'nowhere' } })
    expect(told).toMatchObject([{ pointer: '#/to/name' }, { pointer: '#/to/mail' }])
  })

  it('speaks of the unknown member where only that is wrong', () => {
    expect(violations(source, { url: 'https://example.com', lnag: 'en' })).toMatchObject([
      { pointer: '#/lnag' },
    ])
    const either = strict(
      z.union([z.object({ a: z.int() }), z.object({ a: z.int(), b: z.int().optional() })]),
    )
    expect(violations(either, { a: 1, c: 1 })).toMatchObject([{ pointer: '#/c' }])
  })

  it('speaks of the place itself where nothing came near', () => {
    expect(violations(z.object({ v: z.union([z.string(), z.int()]) }), { v: true })).toMatchObject([
      { pointer: '#/v' },
    ])
  })

  it('speaks of the word that tells the forms apart where that is wrong or missing', () => {
    const shape = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('circle'), radius: z.int() }),
      z.strictObject({ kind: z.literal('square'), side: z.int() }),
    ])
    for (const sent of [{}, { kind: 'cirlce' }]) {
      const [first, ...others] = violations(shape, sent)
      expect(first).toMatchObject({
        pointer: '#/kind',
        detail: expect.stringMatching(/circle.*square/) as string,
      })
      expect(others).toEqual([])
    }
    expect(violations(shape, { kind: 'square', radius: 1 })).toMatchObject([
      { pointer: '#/side' },
      { pointer: '#/radius' },
    ])
  })
})
