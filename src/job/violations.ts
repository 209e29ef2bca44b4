/** What a value breaks of its schema, all at once, as the problem document lists it. */
import { z } from 'zod'
import { pointer, type Path } from './json.ts'
import { didYouMean } from './suggest.ts'

export interface Violation {
  readonly detail: string
  /** Where, in what the client sent (JSON Pointer as a URI fragment). */
  readonly pointer: string
}

/** What is wrong with an option that stands in the query. */
export interface WrongParameter {
  readonly detail: string
  readonly parameter: string
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly violations: readonly Violation[] }

type Issue = z.core.$ZodIssue

/** Checks `value`; `at` is where it stands in what the client sent, `part` what its members are called there. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: Path = [],
  part = 'member',
): Checked<z.output<S>> {
  // zod reports the unknown members of an object but not the known ones; it does show them to this hook.
  const knownNames = new WeakMap<readonly string[], readonly string[]>()
  const result = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') {
        knownNames.set(issue.keys, membersOf(issue.inst))
        return undefined
      }
      if (issue.input === undefined) return missing(issue)
      return undefined
    },
  })
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, violations: result.error.issues.flatMap((issue) => violationsOf(issue, at)) }

  function violationsOf(issue: Issue, base: Path): Violation[] {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
    if (issue.code === 'unrecognized_keys') {
      const known = knownNames.get(issue.keys) ?? []
      return issue.keys.map((name) => ({
        detail: `Unknown ${part} "${abridged(name)}".${didYouMean(name, known)}`,
        pointer: pointer([...path, name]),
      }))
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const form = nearest(issue.errors)
      if (form.some(isInside)) return form.flatMap((inner) => violationsOf(inner, path))
    }
    return [{ detail: issue.message, pointer: pointer(path) }]
  }
}

/** Of the forms a union allows, the one that came nearest: of those whose own type fits, the one with the fewest complaints. */
function nearest(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  const fitting = forms.filter((form) => form.every(isInside))
  return (fitting.length > 0 ? fitting : forms).reduce((a, b) => (b.length < a.length ? b : a))
}

/** About a member or an item, not about the value as such. */
function isInside(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys'
}

function missing(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_value')
    return `Required: ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (issue.code === 'invalid_union' || (issue.code === 'invalid_type' && issue.expected === 'nonoptional'))
    return 'Required'
  return issue.code === 'invalid_type' ? `Required: ${issue.expected}` : undefined
}

/** Long enough for any name somebody chose, too short to send a body back to where it came from. */
function abridged(name: string): string {
  const shown = name.toWellFormed()
  return shown.length <= 100 ? shown : `${shown.slice(0, 100).toWellFormed()}…`
}

function membersOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
