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
    ['a pipe', point.pipe(z.any()), typo, '#/y'],
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
    const deep = (leaf: object) => ({
      name: 'a',
      children: [{ name: 'b', children: [{ name: 'c', ...leaf }] }],
    })
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
    const twice = ({ x }: { x: number }): { y: number } => Object.assign({ y: x * 2 }, { debug: true })
    const named = point.transform(twice).pipe(z.object({ y: z.int() }))
    expect(faults(named, { x: 1 })).toEqual([])
    expect(faults(named, { x: 1, debug: true })).toEqual(['#/debug'])
  })
})
