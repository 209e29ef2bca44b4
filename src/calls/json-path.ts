/** JSON paths of clients (RFC 9535), parsed beforehand and followed through documents with a limit on what they may visit. */
import { JSONPathEnvironment, type JSONPathQuery } from 'json-p3'
import { MAX_DEPTH, isDeeperThan, type Json } from '../job/json.ts'

export const MAX_PATH = 200

// `$..[?@..[?@..a]]` looks at each value once for each value above it, and again: a short path can keep a processor busy
// for years. No honest one looks at more than this.
const MAX_VISITS = 10_000

/** The path would need more than it may have. The message goes on from "Expected …, but". */
export class PathTooCostly extends Error {
  override readonly name = 'PathTooCostly'
}

type Document = Parameters<JSONPathQuery['lazyQuery']>[0]

// match() and search() would run the client's patterns with JavaScript's own engine, which can be made to take for ever.
const environment = new JSONPathEnvironment({ maxRecursionDepth: MAX_DEPTH + 2 })
environment.functionRegister.delete('match')
environment.functionRegister.delete('search')

export interface JsonPath {
  /**
   * All values the path finds.
   * @throws PathTooCostly
   */
  readonly find: (document: Json) => readonly Json[]
}

/** @throws Error with a sentence for the client */
export function compilePath(text: string): JsonPath {
  const query = compile(text)
  return { find: (document) => find(query, document) }
}

function compile(text: string): JSONPathQuery {
  try {
    return environment.compile(text)
  } catch (error) {
    const said = Error.isError(error) ? error.message : 'unknown'
    throw new Error(`Must be a JSON path such as $.items[0].id: ${said}`, { cause: error })
  }
}

function find(query: JSONPathQuery, document: Json): readonly Json[] {
  if (isDeeperThan(document, MAX_DEPTH))
    throw new PathTooCostly(`the document is nested more than ${MAX_DEPTH} levels deep`)
  const { counted, plain } = counting(document)
  // Lazily: otherwise a list of each step's finds is made before the limit is noticed.
  return Array.from(query.lazyQuery(counted as Document), (node) => plain(node.value as Json))
}

/** The document, behind proxies that count each value that is taken out of it: whatever the path does, it does by that. */
function counting(document: Json): {
  readonly counted: Json
  readonly plain: (value: Json) => Json
} {
  const originals = new WeakMap<object, Json>()
  let visits = 0
  return { counted: wrap(document), plain: (value) => (isContainer(value) && originals.get(value)) || value }

  function count(values: number): void {
    visits += values
    if (visits > MAX_VISITS) throw new PathTooCostly(`the path visits more than ${MAX_VISITS} values`)
  }

  function wrap(value: Json): Json {
    if (!isContainer(value)) return value
    const proxy = new Proxy(value, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver)
        // An array's length and methods; what those read comes back here.
        if (Array.isArray(target) && (name === 'length' || typeof member === 'function')) return member
        count(1)
        return wrap(member as Json)
      },
      // Names are looked at in a row, which costs less than a value does, but not nothing.
      ownKeys(target) {
        const names = Reflect.ownKeys(target)
        count(names.length / 16)
        return names
      },
    })
    originals.set(proxy, value)
    return proxy
  }
}

function isContainer(value: Json): value is Json & object {
  return typeof value === 'object' && value !== null
}
