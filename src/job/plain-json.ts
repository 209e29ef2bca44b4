/** Whatever a task returned, as the JSON text that is kept; or what is in it that JSON cannot say. */
import { MAX_DEPTH, memberProblem, pointer, textProblem, type Json, type Path } from './json.ts'

/** The message is a sentence for the client; `cause` is for the operator. */
export class Unkeepable extends Error {
  override readonly name = 'Unkeepable'
  readonly code: 'output-not-serialisable' | 'output-too-large'

  constructor(code: Unkeepable['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * As JSON.stringify, but nothing is changed or left out unsaid: a Map does not become {}, nor NaN null. Two things are as
 * there: a member that is undefined is not there, and an object is what its toJSON says.
 * @throws Unkeepable and nothing else, whatever the value is
 */
export function jsonText(value: unknown, maxBytes: number): string {
  try {
    // A copy, because the value's own getters and proxies may say something else when they are asked again.
    const text = written(copyOf(value, maxBytes))
    if (text === undefined || Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes)
    return text
  } catch (error) {
    // Not asked of a proxy, which might throw.
    if (Error.isError(error) && error instanceof Unkeepable) throw error
    throw new Unkeepable('output-not-serialisable', 'Reading it threw an error; the server log has that', {
      cause: error,
    })
  }
}

/** Undefined where it would be longer than V8 lets a text be: control characters take six times their room. */
function written(json: Json): string | undefined {
  try {
    return JSON.stringify(json)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Copies, and stops at once where the copy would be too large: what refers to one thing many times over has no end. */
function copyOf(root: unknown, maxBytes: number): Json {
  let bytes = 0
  const above: object[] = []
  const path: (string | number)[] = []
  const whole = copy(root)
  if (whole === undefined) throw flaw('is undefined; a task that has nothing to say returns null')
  return whole

  /** Undefined where JSON.stringify would leave it out. */
  function copy(given: unknown): Json | undefined {
    const value = spoken(given)
    switch (typeof value) {
      case 'undefined':
        return undefined
      case 'string':
        spend(value.length + 2)
        refuseText(value)
        return value
      case 'boolean':
        spend(4)
        return value
      case 'number':
        spend(1)
        if (!Number.isFinite(value)) throw flaw(`is ${value}, which JSON would turn into null`)
        return value
      case 'object':
        if (value !== null) return nested(value)
        spend(4)
        return null
      case 'bigint':
      case 'function':
      case 'symbol':
        throw flaw(`is a ${typeof value}, which JSON does not have`)
    }
  }

  /** What an object wants to be in JSON. */
  function spoken(given: unknown): unknown {
    if (typeof given !== 'object' || given === null || !('toJSON' in given)) return given
    if (typeof given.toJSON !== 'function') return given
    const said: unknown = (given.toJSON as (name: string) => unknown)(String(path.at(-1) ?? ''))
    if (said === null && tagOf(given) === 'Date')
      throw flaw('is an invalid Date, which JSON would turn into null')
    return said
  }

  function nested(value: object): Json {
    if (above.length >= MAX_DEPTH) {
      const cycle = above.includes(value)
      throw flaw(cycle ? 'is inside itself' : `is nested more than ${MAX_DEPTH} levels deep`, [])
    }
    above.push(value)
    spend(2)
    const copied = Array.isArray(value) ? list(value) : members(value)
    above.pop()
    return copied
  }

  function list(value: readonly unknown[]): Json {
    const copied: Json[] = []
    for (let index = 0; index < value.length; index++) {
      spend(1)
      path.push(index)
      const item = copy(value[index])
      if (item === undefined) throw flaw('is undefined, which JSON would turn into null')
      copied.push(item)
      path.pop()
    }
    return copied
  }

  function members(value: object): Json {
    const tag = tagOf(value)
    // Of a Map, a Set, an Error, a Promise or bytes JSON.stringify would make {}, or a member for each byte.
    if (tag !== 'Object') throw flaw(`is a ${tag}, which JSON does not have`)
    const copied: Record<string, Json> = {}
    for (const name of Object.keys(value)) {
      spend(name.length + 4)
      path.push(name)
      const problem = textProblem(name) ?? memberProblem(name)
      if (problem) throw flaw(`has a name that cannot be kept: ${problem}`)
      const member = copy((value as Record<string, unknown>)[name])
      if (member !== undefined) copied[name] = member
      path.pop()
    }
    return copied
  }

  function refuseText(text: string): void {
    const problem = textProblem(text)
    if (problem) throw flaw(`cannot be kept: ${problem}`)
  }

  /** At least so many bytes of JSON. */
  function spend(count: number): void {
    bytes += count
    if (bytes > maxBytes) throw tooLarge(maxBytes)
  }

  function flaw(what: string, at: Path = path): Unkeepable {
    return new Unkeepable('output-not-serialisable', `${pointer(at)} ${what}`)
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function tooLarge(maxBytes: number): Unkeepable {
  return new Unkeepable('output-too-large', `It takes more than ${maxBytes} bytes as JSON`)
}
