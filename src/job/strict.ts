/** Makes an author's input schema refuse members it does not name, however deep they stand. */
import { z } from 'zod'

type Schema = z.core.$ZodType
type Def = Readonly<Record<string, unknown>>

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
    if (node instanceof z.core.$ZodObject) return entered(node, objectDef(node))
    if (node instanceof z.core.$ZodLazy)
      return entered(node, { type: 'lazy', getter: () => copy(node._zod.def.getter()) })
    const def = node._zod.def as unknown as Def
    const copied = Object.fromEntries(Object.entries(def).map(([key, value]) => [key, copyAny(value)]))
    return Object.keys(def).every((key) => copied[key] === def[key]) ? node : entered(node, copied)
  }

  // The members are looked at only when the copy is used: a schema may contain itself.
  function objectDef(node: z.core.$ZodObject): Def {
    const { def } = node._zod
    const shape = () =>
      Object.fromEntries(Object.entries(def.shape).map(([name, member]) => [name, copy(member)]))
    const others = {
      type: 'object',
      checks: def.checks,
      error: def.error,
      catchall: def.catchall ?? z.never(),
    }
    return Object.defineProperty(others, 'shape', { get: shape, enumerable: true, configurable: true })
  }

  function copyAny(value: unknown): unknown {
    if (value instanceof z.core.$ZodType) return copy(value)
    if (!Array.isArray(value)) return value
    const items: unknown[] = value.map(copyAny)
    return items.some((item, i) => item !== value[i]) ? items : (value as unknown[])
  }

  // `parent` keeps the metadata (.meta, .describe), which zod looks up by instance.
  function entered(node: Schema, def: Def): Schema {
    const result = z.core.clone(node, def as unknown as typeof node._zod.def, { parent: true })
    done.set(node, result)
    return result
  }
}
