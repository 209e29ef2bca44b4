import { describe, expect, it } from 'vitest'
import { exampleOf } from '../../src/job/example.ts'
import { plain } from '../../src/job/plain-schema.ts'
import { z } from '../../src/acceptd.ts'

const made = (schema: z.ZodType) =>
  exampleOf(z.toJSONSchema(schema, { io: 'input', override: (rendered) => plain(rendered.jsonSchema) }))

describe('an example made from a schema', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['text', z.string(), 'text'],
    ['text of some length', z.string().min(10), 'texttttttt'],
    ['a whole number', z.int().min(5), 5],
    ['a number above another', z.number().gt(5), 6],
    ['a boolean', z.boolean(), true],
    ['null', z.null(), null],
    ['a literal', z.literal('only'), 'only'],
    ['an enum', z.enum(['small', 'large']), 'small'],
    ['what the author shows', z.string().meta({ examples: ['to be'] }), 'to be'],
    ['the default', z.int().default(7), 7],
    ['a default that is false', z.boolean().default(false), false],
    ['the first of several forms', z.union([z.int(), z.string()]), 1],
    ['something rather than null', z.string().nullable(), 'text'],
    ['a list with one item', z.array(z.int()), [1]],
    ['a list long enough', z.array(z.boolean()).min(3), [true, true, true]],
    ['a list of lists', z.array(z.array(z.string())), [['text']]],
    ['an object without its optional members', z.object({ a: z.int(), b: z.int().optional() }), { a: 1 }],
    ['an object in an object', z.object({ p: z.object({ x: z.int() }) }), { p: { x: 1 } }],
    ['a member that may be anything', z.object({ a: z.unknown() }), { a: null }],
    ['a member with a name from birth', z.object({ constructor: z.int() }), { constructor: 1 }],
  ])('is %s', (_what, schema, example) => {
    expect(made(schema)).toEqual(example)
    expect(schema.safeParse(example).success).toBe(true)
  })

  it.each<[string, z.ZodType]>([
    ['time', z.iso.datetime()],
    ['date', z.iso.date()],
    ['mail address', z.email()],
    ['URL', z.url()],
    ['UUID', z.uuid()],
    ['UUID of version 7', z.uuidv7()],
  ])('is a %s that its own schema accepts', (_what, schema) => {
    expect(schema.safeParse(made(schema)).success).toBe(true)
  })

  it('ends, also where the schema contains itself', () => {
    const folder = z.object({
      name: z.string(),
      get parent() {
        return folder
      },
    })
    expect(made(folder)).toEqual({ name: 'text', parent: null })
  })

  it('is nothing where nothing is known', () => {
    for (const schema of [{}, true, null, undefined, { $ref: '#' }, { not: {} }]) {
      expect(exampleOf(schema)).toBeUndefined()
    }
  })
})
