/** Makes an author's input schema refuse members it does not name, however deep they stand. */
import { z } from 'zod'

type Schema = z.core.$ZodType

/**
 * A copy of the schema in which every plain `z.object` is strict. A mistyped optional member must not mean "use the
 * default". `z.looseObject` and `.catchall()` say that more is welcome and stay as they are; so do intersections, whose
 * sides would each refuse the other's members.
 */
export function strict<S extends z.ZodType>(schema: S): S {
  const done = new Map<Schema, Schema>()
  return copy(schema) as S

  function copy(node: Schema): Schema {
    const known = done.get(node)
    if (known) return known
    if (node instanceof z.core.$ZodIntersection) return node
    if (node instanceof z.core.$ZodObject) {
      const { def } = node._zod
      // The members are looked at only when the copy is used: a schema may contain itself.
      const shape = () => mapped(def.shape)
      return entered(node, { catchall: { value: def.catchall ?? z.never() }, shape: { get: shape } })
    }
    if (node instanceof z.core.$ZodLazy) {
      const { getter } = node._zod.def
      return entered(node, { getter: { value: () => copy(getter()) }, _cachedInner: { value: undefined } })
    }
    // What follows a transform is not what the client sent. z.preprocess is the other way round.
    const isPipe = node instanceof z.core.$ZodPipe && !(node._zod.def.in instanceof z.core.$ZodTransform)
    const own: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(node._zod.def)
    const changes = Object.entries(own).flatMap(([key, { value }]: [string, { value?: unknown }]) => {
      const copied = isPipe && key !== 'in' ? value : copyAny(value)
      return copied === value ? [] : [[key, { value: copied }] as const]
    })
    return changes.length === 0 ? node : entered(node, Object.fromEntries(changes))
  }

  function mapped(shape: Readonly<Record<string, Schema>>): Record<string, Schema> {
    return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, copy(member)]))
  }

  function copyAny(value: unknown): unknown {
    if (value instanceof z.core.$ZodType) return copy(value)
    if (!Array.isArray(value)) return value
    const items: unknown[] = value.map(copyAny)
    return items.some((item, i) => item !== value[i]) ? items : (value as unknown[])
  }

  // All else stays, getters as getters: a default is made anew each time it is read.
  function entered(node: Schema, changes: PropertyDescriptorMap): Schema {
    const def = Object.defineProperties({}, Object.getOwnPropertyDescriptors(node._zod.def))
    for (const [key, change] of Object.entries(changes)) {
      const kept = change.get ? {} : { writable: true }
      Object.defineProperty(def, key, { enumerable: true, configurable: true, ...kept, ...change })
    }
    const result = z.core.clone(node, def as typeof node._zod.def)
    done.set(node, result)
    // Metadata (.meta, .describe) goes by instance. Not by way of zod's `parent`, which makes the JSON Schema of the copy
    // a reference to the original's, and that leaves members open. The id stays with the original: it names that.
    const { id: _, ...meta } = z.globalRegistry.get(node) ?? {}
    if (Object.keys(meta).length > 0) z.globalRegistry.add(result, meta)
    return result
  }
}
