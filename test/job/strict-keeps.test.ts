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

describe('the author’s schema', () => {
  it('keeps its refinements, wherever they stand', () => {
    const even = (p: { x: number }) => p.x % 2 === 0
    expect(faults(point.refine(even), { x: 1 })).toEqual(['#'])
    expect(faults(z.object({ p: point.refine(even, { path: ['x'] }) }), { p: { x: 1 } })).toEqual(['#/p/x'])
    expect(faults(z.array(point).min(1), [])).toEqual(['#'])
    expect(
      faults(
        z.array(point).refine((list) => list.length !== 1),
        [{ x: 1 }],
      ),
    ).toEqual(['#'])
  })

  it('keeps the refinements of a lazy schema', () => {
    expect(
      faults(
        z.lazy(() => point).refine((p) => p.x > 5),
        { x: 1 },
      ),
    ).toEqual(['#'])
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
    const checked = check(strict(z.object({ p: z.object({ x: z.int('A whole number, please') }) })), {
      p: { x: 'a' },
    })
    expect(checked).toMatchObject({ violations: [{ detail: 'A whole number, please' }] })
  })

  it('keeps its descriptions', () => {
    const described = z
      .object({ p: point.describe('Where') })
      .meta({ title: 'Place', description: 'A place' })
    const copy = strict(described)
    expect(copy.meta()).toEqual({ title: 'Place', description: 'A place' })
    expect(copy.shape.p.description).toBe('Where')
  })

  it('is not changed itself', () => {
    const schema = z.object({ list: z.array(point), either: z.union([point, z.string()]) })
    strict(schema)
    expect(schema.parse({ list: [typo], either: typo, more: 1 })).toEqual({
      list: [{ x: 1 }],
      either: { x: 1 },
    })
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
