/** JSON as a value: what comes in as an input and goes out as a result. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json }

/** A number literal whose value a double cannot hold; stands in the parsed value so that it can be refused by name. */
export class InexactNumber {
  readonly literal: string
  constructor(literal: string) {
    this.literal = literal
  }
}

// Our own clients and Postgres's jsonb cope with more, but 64 levels is beyond any honest document, and deep nesting
// overflows the stack of JSON.stringify and of schema validators (about 4,400 levels on a default stack).
export const MAX_DEPTH = 64

export type Path = readonly (string | number)[]

export interface Flaw {
  readonly path: Path
  readonly detail: string
}

/**
 * Finds what JSON can carry but the database or JavaScript cannot keep: U+0000 and lone surrogates in text (Postgres
 * refuses both), and numbers that would be rounded. Member names count as text.
 */
export function findFlaws(value: unknown): Flaw[] {
  const flaws: Flaw[] = []
  visit(value, (path, node) => {
    if (typeof node === 'string') {
      const problem = textProblem(node)
      if (problem) flaws.push({ path, detail: problem })
    } else if (node instanceof InexactNumber) {
      flaws.push({
        path,
        detail: `The number ${abridge(node.literal)} cannot be kept exactly; send it as a string`,
      })
    } else if (isObject(node)) {
      for (const name of Object.keys(node)) {
        const problem = textProblem(name)
        if (problem)
          flaws.push({ path: [...path, name], detail: `The member name is not usable: ${problem}` })
      }
    }
  })
  return flaws
}

/** True where arrays and objects are nested more than `limit` levels deep. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let deeper = false
  visit(value, (path) => {
    if (path.length > limit) deeper = true
    return !deeper
  })
  return deeper
}

/** An object's members, or false for arrays, null and the rest. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A JSON Pointer in its URI fragment form (RFC 6901 §6), as problem details use it (RFC 9457 §3). */
export function pointer(path: Path): string {
  const step = (part: string | number) =>
    encodeURIComponent(String(part).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
  return `#${path.map((part) => `/${step(part)}`).join('')}`
}

function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'Text must not contain U+0000'
  if (!text.isWellFormed()) return 'Text must not contain a lone surrogate (half of a UTF-16 pair)'
  return undefined
}

function abridge(literal: string): string {
  return literal.length <= 40 ? literal : `${literal.slice(0, 40)}…`
}

// A stack of our own instead of recursion: the value may be deep enough to overflow the real one.
function visit(root: unknown, see: (path: Path, node: unknown) => boolean | void): void {
  const stack: { path: Path; node: unknown }[] = [{ path: [], node: root }]
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { path, node } = top
    if (see(path, node) === false) return
    if (node instanceof InexactNumber || typeof node !== 'object' || node === null) continue
    const entries = Array.isArray(node) ? node.entries() : Object.entries(node)
    for (const [key, child] of entries) stack.push({ path: [...path, key], node: child })
  }
}
