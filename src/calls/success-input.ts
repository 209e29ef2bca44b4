/** What a caller may say makes an answer a success, as the input's schema has it. */
import { z } from 'zod'
import { compilePath, MAX_PATH } from './json-path.ts'
import { compilePattern, MAX_PATTERN } from './pattern.ts'

// Each is looked at for every answer; somebody who needs more wants a task of their own.
const MAX_ASSERTIONS = 20
const MAX_TEXT = 1000

/** Says what `parse` says is wrong with a text, at the place where the text stands. */
function parsed(schema: z.ZodString, parse: (text: string) => unknown): z.ZodString {
  return schema.superRefine((text, ctx) => {
    try {
      parse(text)
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: Error.isError(error) ? error.message : 'Cannot be read' })
    }
  })
}

const pattern = parsed(z.string().min(1).max(MAX_PATTERN), compilePattern).meta({
  description: `A regular expression (RE2) that must occur in the text; ^ and $ tie it to the ends. At most ${MAX_PATTERN} characters`,
})

const path = parsed(z.string().min(1).max(MAX_PATH), compilePath).meta({
  description: `A JSON path (RFC 9535) such as $.items[0].id, without match() and search(). At most ${MAX_PATH} characters`,
})

const NO_STATUS = 'Must be a status such as 200, "2xx" or "200-204"'

const status = z
  .union([z.int().min(100).max(599), z.string().regex(/^(?:[1-5]xx|[1-5]\d\d-[1-5]\d\d)$/, NO_STATUS)], {
    error: NO_STATUS,
  })
  .meta({ description: 'A status, a class or a range' })

/** Exactly one of `names` is there. */
function exactlyOne(names: readonly string[]): (value: object, ctx: z.core.$RefinementCtx) => void {
  return (value, ctx) => {
    const given = names.filter((name) => Object.hasOwn(value, name))
    if (given.length === 1) return
    ctx.addIssue({ code: 'custom', message: `Must have exactly one of ${names.join(', ')}`, input: value })
  }
}

const header = z
  .object({
    name: z.string().min(1).max(200).meta({ description: 'In any case' }),
    equals: z.string().max(MAX_TEXT).optional(),
    matches: pattern.optional(),
  })
  .superRefine(exactlyOne(['equals', 'matches']))
  .meta({ minProperties: 2, maxProperties: 2 })

export const JSON_CHECKS = [
  'equals',
  'exists',
  'lessThan',
  'atMost',
  'greaterThan',
  'atLeast',
  'matches',
] as const

const json = z
  .object({
    path,
    equals: z.unknown().meta({ description: 'Any JSON value' }).optional(),
    exists: z
      .boolean()
      .meta({
        description: 'Whether the path finds anything, be it null; false is for members that tell of errors',
      })
      .optional(),
    lessThan: z.number().optional(),
    atMost: z.number().optional(),
    greaterThan: z.number().optional(),
    atLeast: z.number().optional(),
    matches: pattern.optional(),
  })
  .superRefine(exactlyOne(JSON_CHECKS))
  .meta({
    minProperties: 2,
    maxProperties: 2,
    description: 'Where a path finds several values, each of them must be so',
  })

export const success = z
  .object({
    status: z
      .array(status)
      .min(1)
      .max(MAX_ASSERTIONS)
      .meta({ description: 'Which statuses are successes, instead of all from 200 to 299' })
      .optional(),
    headers: z.array(header).max(MAX_ASSERTIONS).optional(),
    json: z
      .array(json)
      .max(MAX_ASSERTIONS)
      .meta({ description: 'About the body, which must then be JSON' })
      .optional(),
    contains: z.string().min(1).max(MAX_TEXT).meta({ description: 'Stands in the body' }).optional(),
    maxMs: z
      .number()
      .positive()
      .meta({ description: 'The most milliseconds the answer may have taken' })
      .optional(),
  })
  .meta({
    description:
      'What must be so of the answer, beside its status; looked at in the order status, headers, json, contains, maxMs. What is not so fails the job as `assertion-failed`',
  })

export type Success = z.output<typeof success>
export type HeaderAssertion = z.output<typeof header>
export type JsonAssertion = z.output<typeof json>
