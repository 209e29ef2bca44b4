/** Whatever a task threw or wants logged, as plain data of a bounded size: what a log can write without an accident. */
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [member: string]: Plain }

// As much as a person would read of one line, and no more than a log can take a thousand times a second.
const MAX_TEXT = 8000
const MAX_MEMBERS = 50
const MAX_DEPTH = 4
// Of everything together: four levels of fifty members each would be millions.
const MAX_NODES = 500

const UNREADABLE = '[it throws when it is looked at]'

/** Never throws, whatever the value is: a proxy or a getter may do anything when it is looked at. */
export function loggable(value: unknown): Plain {
  let nodes = 0
  return show(value, 0)

  function show(node: unknown, depth: number): Plain {
    try {
      if (++nodes > MAX_NODES) return '…'
      if (typeof node === 'string') return abridged(node)
      if (typeof node === 'boolean' || node === null || Number.isFinite(node)) return node as Plain
      if (typeof node !== 'object') return abridged(textOf(node))
      if (depth >= MAX_DEPTH) return '…'
      if (Error.isError(node)) return error(node, depth)
      if (ArrayBuffer.isView(node)) return `[${node.byteLength} bytes]`
      if (Array.isArray(node)) return node.slice(0, MAX_MEMBERS).map((item) => show(item, depth + 1))
      const said = 'toJSON' in node && typeof node.toJSON === 'function' ? call(node.toJSON, node) : node
      return said === node ? members(node, depth) : show(said, depth + 1)
    } catch {
      return UNREADABLE
    }
  }

  /** With its type, message and stack, and what else stands on it: the SQLSTATE, a path. */
  function error(node: Error, depth: number): Plain {
    const type = read(read(node, 'constructor'), 'name') ?? read(node, 'name')
    const hidden = ['cause', 'errors'].filter((name) => read(node, name) !== undefined)
    return {
      type: show(type, depth + 1),
      message: show(read(node, 'message') ?? '', depth + 1),
      stack: show(read(node, 'stack') ?? '', depth + 1),
      ...members(node, depth),
      ...Object.fromEntries(hidden.map((name) => [name, show(read(node, name), depth + 1)])),
    }
  }

  function members(node: object, depth: number): Readonly<Record<string, Plain>> {
    const names = Object.keys(node).slice(0, MAX_MEMBERS)
    return Object.fromEntries(names.map((name) => [abridged(name), show(read(node, name), depth + 1)]))
  }
}

function read(from: unknown, name: string): unknown {
  try {
    return (from as Record<string, unknown> | undefined)?.[name]
  } catch {
    return UNREADABLE
  }
}

function call(method: unknown, self: object): unknown {
  return (method as (this: object) => unknown).call(self)
}

// Of a symbol, a function, a bigint.
function textOf(value: unknown): string {
  return String(value)
}

function abridged(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} letters)`
}
