/** What a value breaks of its schema, all at once, as the problem document lists it. */
import { z } from 'zod'
import { pointer, type Path } from './json.ts'
import { didYouMean } from './suggest.ts'

export interface Violation {
  readonly detail: string
  /** Where, in what the client sent (JSON Pointer as a URI fragment). */
  readonly pointer: string
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
      if (issue.code === 'invalid_type' && issue.input === undefined) {
        return issue.expected === 'nonoptional' ? 'Required' : `Required: ${issue.expected}`
      }
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
        detail: `Unknown ${part} "${name.toWellFormed()}".${didYouMean(name, known)}`,
        pointer: pointer([...path, name]),
      }))
    }
    // Of the forms a union allows, speak of the one that came nearest: the one with the fewest complaints.
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const nearest = issue.errors.reduce((a, b) => (b.length < a.length ? b : a))
      if (nearest.some((inner) => inner.path.length > 0))
        return nearest.flatMap((inner) => violationsOf(inner, path))
    }
    return [{ detail: issue.message, pointer: pointer(path) }]
  }
}

function membersOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
