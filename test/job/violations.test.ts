import { describe, expect, it } from 'vitest'
import { check, type Violation } from '../../src/job/violations.ts'
import { z } from '../../src/acceptd.ts'

function violations(
  schema: z.ZodType,
  value: unknown,
  ...where: [at?: string[], part?: string]
): readonly Violation[] {
  const checked = check(schema, value, ...where)
  return checked.ok ? [] : checked.violations
}

describe('violations', () => {
  it('are nothing where the value is valid, which then comes with defaults and transforms applied', () => {
    const schema = z.object({ text: z.string().trim(), lang: z.string().default('en') })
    expect(check(schema, { text: ' a ' })).toEqual({ ok: true, value: { text: 'a', lang: 'en' } })
  })

  it('are told all at once, each where it stands', () => {
    const schema = z.strictObject({
      text: z.string(),
      list: z.array(z.object({ n: z.int().max(9) })),
      on: z.boolean(),
    })
    expect(violations(schema, { text: 5, list: [{ n: 1 }, { n: 10 }, { n: 1.5 }], colour: 'red' })).toEqual([
      { pointer: '#/text', detail: 'Invalid input: expected string, received number' },
      { pointer: '#/list/1/n', detail: 'Too big: expected number to be <=9' },
      { pointer: '#/list/2/n', detail: 'Invalid input: expected int, received number' },
      { pointer: '#/on', detail: 'Required: boolean' },
      { pointer: '#/colour', detail: 'Unknown member "colour".' },
    ])
  })

  it('point into what the client sent, wherever the value stood in it', () => {
    expect(violations(z.object({ a: z.int() }), { a: 'x' }, ['input'])).toMatchObject([
      { pointer: '#/input/a' },
    ])
    expect(violations(z.int(), 'x', ['input'])).toMatchObject([{ pointer: '#/input' }])
    expect(violations(z.int(), 'x')).toMatchObject([{ pointer: '#' }])
  })

  it.each([
    ['a/b', '#/a~1b'],
    ['m~n', '#/m~0n'],
    ['~1', '#/~01'],
    ['', '#/'],
    ['50%', '#/50%25'],
    ['naïve "ключ"', '#/na%C3%AFve%20%22%D0%BA%D0%BB%D1%8E%D1%87%22'],
    ['\ud800', '#/%EF%BF%BD'],
  ])('escape the member name %j, so that the pointer leads back to it', (name, pointer) => {
    expect(violations(z.strictObject({}), { [name]: 1 })).toMatchObject([{ pointer }])
    expect(violations(z.record(z.string(), z.string()), { [name]: 1 })).toMatchObject([{ pointer }])
  })

  it('give each unknown member its own pointer and a guess at what was meant', () => {
    const schema = z.strictObject({ text: z.string().optional(), language: z.string().optional() })
    expect(violations(schema, { txt: '', langauge: '', colour: '' })).toEqual([
      { pointer: '#/txt', detail: 'Unknown member "txt". Did you mean "text"?' },
      { pointer: '#/langauge', detail: 'Unknown member "langauge". Did you mean "language"?' },
      { pointer: '#/colour', detail: 'Unknown member "colour".' },
    ])
  })

  it('call the members what the place calls them', () => {
    const schema = z.strictObject({ status: z.string().optional() })
    const [first] = violations(schema, { state: 'x' }, [], 'parameter')
    expect(first?.detail).toBe('Unknown parameter "state". Did you mean "status"?')
  })

  it('call a missing member required, whatever it should have been', () => {
    const schema = z.object({
      text: z.string(),
      list: z.array(z.int()),
      any: z.unknown(),
      size: z.enum(['small', 'large']),
      version: z.literal(2),
      either: z.union([z.string(), z.int()]),
    })
    const told = violations(schema, {})
    expect(told.map((violation) => violation.pointer)).toEqual(
      Object.keys(schema.shape).map((name) => `#/${name}`),
    )
    for (const { detail } of told) expect(detail).toMatch(/^Required/)
  })

  it('keep the words of the author', () => {
    expect(violations(z.object({ a: z.string('Tell us your name') }), {})).toMatchObject([
      { detail: 'Tell us your name' },
    ])
    const adult = z.object({ age: z.int() }).refine((p) => p.age >= 18, { error: 'Too young', path: ['age'] })
    expect(violations(adult, { age: 5 })).toEqual([{ pointer: '#/age', detail: 'Too young' }])
  })

  it('see members that JavaScript objects are born with', () => {
    const schema = z.strictObject({ a: z.string().optional() })
    const sent: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}')
    const told = violations(schema, sent)
    expect(told.map((violation) => violation.pointer)).toEqual(['#/__proto__', '#/constructor', '#/toString'])
    expect(violations(z.strictObject({ constructor: z.string() }), { constructor: 'x' })).toEqual([])
  })
})
