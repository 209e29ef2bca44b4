import { describe, expect, it } from 'vitest'
import { strict } from '../../src/job/strict.ts'
import { check } from '../../src/job/violations.ts'
import { z } from '../../src/acceptd.ts'

/** Where strict(schema) finds fault with `value`. */
function faults(schema: z.ZodType, value: unknown): string[] {
  const checked = check(strict(schema), value)
  return checked.ok ? [] : checked.violations.map((violation) => violation.pointer)
}

const point = z.object({ x: z.int() })
const typo = { x: 1, y: 2 }

describe('an unknown member', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['the input itself', point, typo, '#/y'],
    ['an object in an object', z.object({ at: z.object({ p: point }) }), { at: { p: typo } }, '#/at/p/y'],
    ['an array', z.array(point), [{ x: 1 }, typo], '#/1/y'],
    ['a tuple', z.tuple([z.string(), point]), ['a', typo], '#/1/y'],
    ["a tuple's rest", z.tuple([z.string()], point), ['a', typo], '#/1/y'],
    ['a record', z.record(z.string(), point), { a: typo }, '#/a/y'],
    ['a union', z.union([z.string(), point]), typo, '#/y'],
    ['an optional', z.object({ p: point.optional() }), { p: typo }, '#/p/y'],
    ['a nullable', point.nullable(), typo, '#/y'],
    ['a default', point.default({ x: 0 }), typo, '#/y'],
    ['a prefault', point.prefault({ x: 0 }), typo, '#/y'],
    ['a readonly', point.readonly(), typo, '#/y'],
    ['a pipe', point.pipe(z.unknown()), typo, '#/y'],
    ['a transform', point.transform(({ x }) => x), typo, '#/y'],
    ['a preprocess', z.preprocess((given) => given, point), typo, '#/y'],
    ['a lazy', z.lazy(() => point), typo, '#/y'],
    ['a stripping object', point.strip(), typo, '#/y'],
  ])('is refused in %s', (_where, schema, value, pointer) => {
    expect(faults(schema, value)).toEqual([pointer])
  })

  it('is refused in the form that a discriminated union settles on', () => {
    const email = z.object({ kind: z.literal('email'), to: z.string() })
    const message = z.discriminatedUnion('kind', [email, z.object({ kind: z.literal('note') })])
    expect(faults(message, { kind: 'email', to: 'a' })).toEqual([])
    expect(faults(message, { kind: 'note', to: 'a' })).toEqual(['#/to'])
  })

  it('is refused at any depth of a schema that contains itself', () => {
    const folder = z.object({
      name: z.string(),
      get children() {
        return z.array(folder).optional()
      },
    })
    const deep = (leaf: object) => ({ name: 'a', children: [{ name: 'b', children: [{ name: 'c', ...leaf }] }] })
    expect(faults(folder, deep({}))).toEqual([])
    expect(faults(folder, deep({ nmae: 'd' }))).toEqual(['#/children/0/children/0/nmae'])

    type Link = { v: number; next?: Link | undefined }
    const chain: z.ZodType<Link> = z.lazy(() => z.object({ v: z.int(), next: chain.optional() }))
    expect(faults(chain, { v: 1, next: { v: 2, next: { v: 3 } } })).toEqual([])
    expect(faults(chain, { v: 1, next: { v: 2, next: { v: 3, w: 4 } } })).toEqual(['#/next/next/w'])
  })
})

describe('what welcomes more', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['a loose object', z.looseObject({ x: z.int() }), typo],
    ['a catchall', point.catchall(z.int()), typo],
    ['a loose object deep inside', z.object({ extra: z.array(z.looseObject({})) }), { extra: [{ a: 1 }] }],
    ['an intersection, whose sides know half each', z.intersection(point, z.object({ y: z.int() })), typo],
  ])('stays open: %s', (_what, schema, value) => {
    expect(faults(schema, value)).toEqual([])
  })

  it('still refuses what its catchall refuses, and what its plain members do not name', () => {
    expect(faults(point.catchall(z.string()), typo)).toEqual(['#/y'])
    expect(faults(z.looseObject({ p: point }), { p: typo, q: 1 })).toEqual(['#/p/y'])
  })

  it('is also what comes after a transform, for that the client did not send', () => {
    const named = point.transform(({ x }) => ({ x, y: x * 2, debug: true })).pipe(z.object({ x: z.int(), y: z.int() }))
    expect(faults(named, { x: 1 })).toEqual([])
    expect(faults(named, { x: 1, debug: true })).toEqual(['#/debug'])
  })
})

describe('the author’s schema', () => {
  it('keeps its refinements, wherever they stand', () => {
    const even = (p: { x: number }) => p.x % 2 === 0
    expect(faults(point.refine(even), { x: 1 })).toEqual(['#'])
    expect(faults(z.object({ p: point.refine(even, { path: ['x'] }) }), { p: { x: 1 } })).toEqual(['#/p/x'])
    expect(faults(z.array(point).min(1), [])).toEqual(['#'])
    expect(faults(z.array(point).refine((list) => list.length !== 1), [{ x: 1 }])).toEqual(['#'])
  })

  it('keeps the refinements of a lazy schema', () => {
    expect(faults(z.lazy(() => point).refine((p) => p.x > 5), { x: 1 })).toEqual(['#'])
  })

  it('keeps its defaults, made anew for each job', () => {
    let made = 0
    const schema = z.object({
      id: z.string().default(() => `id-${++made}`),
      points: z.array(point).default([]),
      from: point.prefault(() => ({ x: ++made })),
    })
    const copy = strict(schema)
    const first = copy.parse({})
    first.points.push({ x: 1 })
    const second = copy.parse({})
    expect(second.points).toEqual([])
    expect(second.id).not.toBe(first.id)
    expect(second.from).not.toEqual(first.from)
  })

  it('keeps its own words for what is wrong', () => {
    const checked = check(strict(z.object({ p: z.object({ x: z.int('A whole number, please') }) })), { p: { x: 'a' } })
    expect(checked).toMatchObject({ violations: [{ detail: 'A whole number, please' }] })
  })

  it('keeps its descriptions', () => {
    const described = z.object({ p: point.describe('Where') }).meta({ title: 'Place', description: 'A place' })
    const copy = strict(described)
    expect(copy.meta()).toEqual({ title: 'Place', description: 'A place' })
    expect(copy.shape.p.description).toBe('Where')
  })

  it('is not changed itself', () => {
    const schema = z.object({ list: z.array(point), either: z.union([point, z.string()]) })
    strict(schema)
    expect(schema.parse({ list: [typo], either: typo, more: 1 })).toEqual({ list: [{ x: 1 }], either: { x: 1 } })
    expect(schema.shape.list.element).toBe(point)
  })

  it('may hold any kind of schema that zod knows', () => {
    const kinds = [
      z.map(z.string(), point),
      z.set(point),
      z.promise(point),
      z.file(),
      z.instanceof(Date),
      z.custom<string>(),
      z.templateLiteral(['v', z.int()]),
      z.json(),
      z.codec(z.string(), point, { decode: () => ({ x: 1 }), encode: () => '' }),
      z.stringbool(),
      point.catch({ x: 0 }),
      z.enum(['a']),
      z.never(),
    ]
    for (const schema of kinds) expect(() => strict(z.object({ schema }))).not.toThrow()
    expect(strict(z.set(point)).safeParse(new Set([typo])).success).toBe(false)
    expect(strict(z.map(z.string(), point)).safeParse(new Map([['a', typo]])).success).toBe(false)
  })
})
