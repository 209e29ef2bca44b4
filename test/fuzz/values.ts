/** JSON values: those a schema asks for, those it nearly asks for, and any others. */
import * as fc from 'fast-check'
import { isObject } from '../../src/job/json.ts'
import type { Description, Schema } from './operations.ts'
import { text } from './texts.ts'

/** JSON text, where a value cannot say it: numerals beyond a double, a member twice, __proto__ as a member. */
export type Value = unknown

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, -1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324, 101, -101),
)

const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null))

export const anything: fc.Arbitrary<Value> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { arbitrary: scalar, weight: 4 },
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(text, tie('node'), { maxKeys: 3 }),
  ),
})).node

/** What the schema asks for, as a rule; patterns and formats are met now and then. */
export function valueOf(schema: Schema, description: Description, references = 0): fc.Arbitrary<Value> {
  const { resolve } = description
  const again = (inner: unknown) => valueOf(isObject(inner) ? inner : {}, description, references)
  // A schema may lead to itself.
  if ('$ref' in schema)
    return references < 2 ? valueOf(resolve(schema), description, references + 1) : anything
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return fc.oneof(...choices.map(again))
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const bound = (name: string, otherwise: number) => Number(schema[name] ?? otherwise)
  switch (schema['type']) {
    case 'string': {
      if (schema['format'] === 'date-time') return moment
      const [least, most] = [bound('minLength', 0), Math.min(bound('maxLength', 20), 200)]
      return fc.oneof(
        {
          arbitrary: fc.string({ minLength: Math.min(least, most), maxLength: most, size: 'small' }),
          weight: 3,
        },
        text,
      )
    }
    case 'integer':
      return fc.integer({ min: bound('minimum', -1000), max: bound('maximum', 1000) })
    case 'number':
      return fc.double({ min: bound('minimum', -1000), max: bound('maximum', 1000), noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(again(schema['items']), {
        minLength: bound('minItems', 0),
        maxLength: Math.min(bound('maxItems', 5), 5),
      })
    case 'object': {
      const members = Object.entries((schema['properties'] ?? {}) as Record<string, unknown>)
      const required = (schema['required'] ?? []) as string[]
      return fc.record(Object.fromEntries(members.map(([name, inner]) => [name, again(inner)])), {
        requiredKeys: required,
      })
    }
    default:
      return anything
  }
}

// The years that four digits reach, on either side of which languages and databases do not agree.
const EDGES = [
  '0000-01-01T00:00:00Z',
  '0000-02-29T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-14:00',
]

/** Mostly now or gone by, so that what is accepted runs soon; some weeks and centuries off. */
const moment = fc.oneof(
  { arbitrary: fc.integer({ min: -1000, max: 0 }).map((seconds) => fromNow(seconds)), weight: 4 },
  { arbitrary: fc.integer({ min: 0, max: 40_000_000 }).map((seconds) => fromNow(seconds)), weight: 1 },
  { arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()), weight: 1 },
  { arbitrary: fc.constantFrom(...EDGES), weight: 1 },
)

// Of the program's start: the same seed gives the same requests but for the times in them.
const STARTED = Date.now()

function fromNow(seconds: number): string {
  return new Date(STARTED + seconds * 1000).toISOString()
}

/** The value with one thing in it exchanged, left out, added or moved. */
export function nearly(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc
    .tuple(value, fc.nat(1000), fc.constantFrom('exchange', 'drop', 'add', 'wrap', 'grow'), anything, text)
    .map(([whole, place, how, other, name]) => changed(whole, place, how, other, name))
}

type Change = 'exchange' | 'drop' | 'add' | 'wrap' | 'grow'

function changed(whole: Value, place: number, how: Change, other: Value, name: string): Value {
  if (Array.isArray(whole) && whole.length > 0 && place % 3 > 0) {
    const at = place % whole.length
    const inner = changed(whole[at], Math.floor(place / 3), how, other, name)
    return whole.with(at, inner)
  }
  if (isObject(whole)) {
    const names = Object.keys(whole)
    const at = names[place % (names.length || 1)] ?? name
    const { [at]: inner, ...rest } = whole
    if (how === 'drop') return rest
    if (how === 'add') return Object.fromEntries([...Object.entries(whole), [name, other]])
    return { ...rest, [at]: changed(inner, Math.floor(place / 2), how, other, name) }
  }
  if (how === 'wrap') return place % 2 ? [whole] : { [name]: whole }
  if (how === 'grow' && typeof whole === 'string') return whole.repeat(1 + (place % 50))
  return other
}
