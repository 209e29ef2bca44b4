/** JSON.parse that never rounds a number behind the client's back. */
import { InexactNumber } from '../job/json.ts'

// Only a literal of 16 digits or more, or with an exponent, can lose anything; most bodies have none, and are spared the
// slow way round.
const SUSPECT = /\d[\d.]{15}|\d[eE]/

// Any double is named uniquely by 17 significant digits, so a decimal of no more than that says which double it means.
const MAX_SIGNIFICANT_DIGITS = 17

// So many digits every double keeps, be they whole or not.
const ALWAYS_KEPT = 15

/** As JSON.parse, with an InexactNumber where a number's value would change. `-0` comes out as 0. */
export function parseExactly(text: string): unknown {
  try {
    if (!SUSPECT.test(text)) return JSON.parse(text, text.includes('-0') ? plusZero : undefined)
    return parseWithSource(text, exactNumber)
  } catch (error) {
    // With a reviver JSON.parse calls itself for each level; what overflows the stack is refused for its depth anyway.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

// The third argument, with the literal as it stood in the text (ES2026), is not in TypeScript's library yet.
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource: (text: string, reviver: Reviver) => unknown = JSON.parse as (
  text: string,
  r: unknown,
) => unknown

function exactNumber(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value
  if (context.source !== undefined && !isKept(context.source, value)) return new InexactNumber(context.source)
  return value === 0 ? 0 : value
}

function plusZero(_name: string, value: unknown): unknown {
  return value === 0 ? 0 : value
}

function isKept(literal: string, value: number): boolean {
  // The longest any double needs is 309 digits; a longer literal is an attack on the arithmetic below.
  if (!Number.isFinite(value) || literal.length > 400) return false
  // Most are too short to lose anything, but for what is so small that it comes out as nothing; a body may have a million.
  if (literal.length <= ALWAYS_KEPT && value !== 0) return true
  const [digits, exponent] = scientific(literal)
  if (value === 0) return digits === ''
  // A whole number written out: all its digits count, as in an id. A fraction, or a number with an exponent that says
  // how many digits are left out, is a measurement: the nearest double is what JSON promises.
  const isWrittenOut = exponent === 0 || (exponent > 0 && !/e/i.test(literal))
  if (!isWrittenOut) return digits.length <= MAX_SIGNIFICANT_DIGITS
  return BigInt(digits + '0'.repeat(exponent)) === BigInt(Math.abs(value)) && isSafe(value, digits)
}

// Past 2^53 neighbours are missing: a whole number written out in full digits there is an id that got lucky.
function isSafe(value: number, digits: string): boolean {
  return Number.isSafeInteger(value) || digits.length <= 15
}

/** The literal as digits × 10^exponent, digits without zeros at either end. */
function scientific(literal: string): [digits: string, exponent: number] {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  return [digits, Number(power) - fraction.length + (all.length - digits.length)]
}
