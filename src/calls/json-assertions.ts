/** What is expected of the JSON an answer holds, one assertion at a time. */
import { isObject, type Json } from '../job/json.ts'
import { compilePath, PathTooCostly } from './json-path.ts'
import { compilePattern, MAX_MATCHED } from './pattern.ts'
import type { JsonAssertion } from './success-input.ts'
import type { Quote } from './words.ts'

/** A sentence where it is not so; `document` is undefined where the body is no JSON. */
export function failedJson(
  document: Json | undefined,
  assertion: JsonAssertion,
  quote: Quote,
): string | undefined {
  const { path } = assertion
  const expected = expectation(assertion, quote)
  if (document === undefined) return `${expected}, but the body is not JSON`
  try {
    const found = compilePath(path).find(document)
    if (assertion.exists !== undefined) return failedExistence(found, assertion, quote)
    if (found.length === 0) return `${expected}, but there is nothing`
    const { fits, problem } = judge(assertion, found)
    if (problem !== undefined) return `${expected}, but ${problem}`
    const wrong = found.find((value) => !fits(value))
    return wrong === undefined ? undefined : `${expected}, but it was ${quote(wrong)}`
  } catch (error) {
    if (error instanceof PathTooCostly) return `${expected}, but ${error.message}`
    throw error
  }
}

function failedExistence(found: readonly Json[], assertion: JsonAssertion, quote: Quote): string | undefined {
  const [first] = found
  if (found.length > 0 === assertion.exists) return undefined
  const came = first === undefined ? 'there is nothing' : `there was ${quote(first)}`
  return `${expectation(assertion, quote)}, but ${came}`
}

function expectation({ path, ...assertion }: JsonAssertion, quote: Quote): string {
  const { exists, lessThan, atMost, greaterThan, atLeast, matches } = assertion
  if (exists !== undefined) return exists ? `Expected ${path} to be there` : `Expected nothing at ${path}`
  if (lessThan !== undefined) return `Expected ${path} to be less than ${lessThan}`
  if (atMost !== undefined) return `Expected ${path} to be at most ${atMost}`
  if (greaterThan !== undefined) return `Expected ${path} to be greater than ${greaterThan}`
  if (atLeast !== undefined) return `Expected ${path} to be at least ${atLeast}`
  if (matches !== undefined) return `Expected ${path} to match ${quote(matches)}`
  return `Expected ${path} to equal ${quote(assertion.equals as Json)}`
}

interface Judge {
  readonly fits: (value: Json) => boolean
  readonly problem?: string
}

function judge(assertion: JsonAssertion, found: readonly Json[]): Judge {
  const { lessThan, atMost, greaterThan, atLeast, matches } = assertion
  if (lessThan !== undefined) return { fits: (value) => isNumber(value) && value < lessThan }
  if (atMost !== undefined) return { fits: (value) => isNumber(value) && value <= atMost }
  if (greaterThan !== undefined) return { fits: (value) => isNumber(value) && value > greaterThan }
  if (atLeast !== undefined) return { fits: (value) => isNumber(value) && value >= atLeast }
  if (matches === undefined) return { fits: (value) => areEqual(value, assertion.equals as Json) }
  const pattern = compilePattern(matches)
  const fits = (value: Json) => typeof value === 'string' && pattern.occursIn(value)
  // All of them together: a path may find thousands.
  const length = found.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)
  if (length <= MAX_MATCHED) return { fits }
  return { fits, problem: `it has more than ${MAX_MATCHED} characters, too many to be matched` }
}

function isNumber(value: Json): value is number {
  return typeof value === 'number'
}

/** As JSON: the order of members does not count, and -0 is 0. */
function areEqual(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    const other: unknown = b
    if (!Array.isArray(other) || a.length !== other.length) return false
    return a.every((item: Json, index) => areEqual(item, other[index] as Json))
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && areEqual(a[name] as Json, b[name] as Json))
}
