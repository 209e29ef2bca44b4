import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { known } from '../../src/job/catalogue.ts'
import { check } from '../../src/job/violations.ts'
import { z } from '../../src/acceptd.ts'
import { taking } from './sample.ts'

describe('the JSON Schemas of a task', () => {
  it('describe what is sent and what comes back', () => {
    const task = known('t', taking(z.object({ n: z.int().default(1) }), { output: z.object({ n: z.int() }) }))
    expect(task.inputSchema).toEqual({
      type: 'object',
      properties: { n: { default: 1, type: 'integer' } },
      additionalProperties: false,
    })
    expect(task.outputSchema).toMatchObject({ type: 'object', required: ['n'] })
  })

  it('say no more than is meant: no patterns beside a format, no limits that only a double has', () => {
    const { inputSchema } = known(
      't',
      taking(z.object({ id: z.uuid(), at: z.iso.datetime(), n: z.int().min(1) })),
    )
    expect(inputSchema['properties']).toEqual({
      id: { type: 'string', format: 'uuid' },
      at: { type: 'string', format: 'date-time' },
      n: { type: 'integer', minimum: 1 },
    })
  })

  it.each<[string, z.ZodType]>([
    ['bigint', z.bigint()],
    ['date', z.date()],
    ['map', z.map(z.string(), z.string())],
    ['set', z.set(z.string())],
    ['undefined', z.undefined()],
    ['void', z.void()],
    ['custom', z.custom<string>()],
  ])('must exist: a %s is refused as input and as output', (_kind, schema) => {
    const task = taking(z.object({ deep: z.array(schema) }))
    expect(() => known('t', task)).toThrow(/^input must be expressible as JSON Schema: /)
    expect(() => known('t', taking(z.null(), { output: schema }))).toThrow(
      /^output must be expressible as JSON Schema: /,
    )
  })

  const folder = z.object({
    name: z.string(),
    get children() {
      return z.array(folder).optional()
    },
  })
  type Chain = { v: string; next?: Chain | undefined }
  const chain: z.ZodType<Chain> = z.lazy(() => z.object({ v: z.string(), next: chain.optional() }))
  const money = z.object({ cents: z.int() }).meta({ id: 'Money' })

  it.each<[string, z.ZodType, readonly unknown[]]>([
    [
      'plain',
      z.object({ a: z.array(z.object({ b: z.int() })) }),
      [{ a: [{ b: 1 }] }, { a: [{ b: 1, c: 1 }] }],
    ],
    [
      'recursive',
      folder,
      [
        { name: 'a', children: [{ name: 'b' }] },
        { name: 'a', children: [{ name: 'b', c: 1 }] },
      ],
    ],
    [
      'lazy',
      chain,
      [
        { v: 'a', next: { v: 'b' } },
        { v: 'a', next: { v: 'b', c: 1 } },
        { v: 'a', c: 1 },
      ],
    ],
    [
      'named',
      z.object({ price: money, tip: money.optional() }),
      [{ price: { cents: 1 } }, { price: { cents: 1, c: 1 } }],
    ],
    ['open', z.looseObject({ a: z.int() }), [{ a: 1, b: 2 }, { b: 2 }]],
    [
      'of two sides',
      z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })),
      [{ a: 1, b: 2 }, { a: 1 }],
    ],
    ['of forms', z.union([z.object({ a: z.int() }), z.string()]), [{ a: 1 }, { a: 1, b: 1 }, 'x', 5]],
  ])('agree with what the server accepts, where the input is %s', (_kind, schema, values) => {
    const task = known('t', taking(schema))
    const validate = new Ajv2020({ strict: false }).compile(task.inputSchema)
    expect(values.map((value) => validate(value))).toEqual(values.map((value) => check(task.input, value).ok))
  })
})
