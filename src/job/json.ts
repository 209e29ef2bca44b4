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
  visit(value, (place, node) => {
    const problem = typeof node === 'string' ? textProblem(node) : numberProblem(node)
    if (problem) flaws.push({ path: pathTo(place), detail: problem })
    if (!isContainer(node) || Array.isArray(node)) return
    for (const name of Object.keys(node)) {
      const nameProblem = textProblem(name) ?? memberProblem(name)
      if (!nameProblem) continue
      flaws.push({ path: [...pathTo(place), name], detail: `The member name is not usable: ${nameProblem}` })
    }
  })
  return flaws
}

/** True where arrays and objects are nested more than `limit` levels deep; each of them is a level, also an empty one. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let deeper = false
  visit(value, (place, node) => {
    if (place.depth >= limit && isContainer(node)) deeper = true
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

export function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'Text must not contain U+0000'
  if (!text.isWellFormed()) return 'Text must not contain a lone surrogate (half of a UTF-16 pair)'
  return undefined
}

function numberProblem(node: unknown): string | undefined {
  if (!(node instanceof InexactNumber)) return undefined
  return `The number ${abridge(node.literal)} cannot be kept exactly; send it as a string`
}

// JavaScript takes an assignment to it for a change of prototype, so schemas that copy members drop it unsaid.
export function memberProblem(name: string): string | undefined {
  return name === '__proto__' ? 'JavaScript cannot keep a member called __proto__' : undefined
}

function abridge(literal: string): string {
  return literal.length <= 40 ? literal : `${literal.slice(0, 40)}…`
}

/** Where a node stands; linked, because copying the path for each would take quadratic time where nesting is deep. */
interface Place {
  readonly depth: number
  readonly step?: string | number
  readonly above?: Place
}

function pathTo(place: Place): Path {
  const steps: (string | number)[] = []
  for (let at: Place | undefined = place; at?.step !== undefined; at = at.above) steps.push(at.step)
  return steps.toReversed()
}

function isContainer(node: unknown): node is object {
  return typeof node === 'object' && node !== null && !(node instanceof InexactNumber)
}

/** A container that is being gone through. */
interface Visit {
  readonly place: Place
  readonly node: Readonly<Record<string | number, unknown>>
  /** Absent for an array, whose steps are numbers. */
  readonly names?: readonly string[]
  readonly length: number
  next: number
}

/**
 * Shows every node, those above before those within. With a stack of our own instead of recursion: the value may be deep
 * enough to overflow the real one. And with nothing made for a node but its place: a body may have a million.
 */
function visit(root: unknown, see: (place: Place, node: unknown) => boolean | void): void {
  const place = { depth: 0 }
  if (see(place, root) === false || !isContainer(root)) return
  const stack = [visitOf(place, root)]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (top.next === top.length) {
      stack.pop()
      continue
    }
    const step = top.names?.[top.next] ?? top.next
    top.next++
    const node = top.node[step]
    const there = { depth: top.place.depth + 1, step, above: top.place }
    if (see(there, node) === false) return
    if (isContainer(node)) stack.push(visitOf(there, node))
  }
}

function visitOf(place: Place, node: object): Visit {
  const steps = node as Visit['node']
  if (Array.isArray(node)) return { place, node: steps, length: node.length, next: 0 }
  const names = Object.keys(node)
  return { place, node: steps, names, length: names.length, next: 0 }
}
