/** The inputs and results of the tasks as components of the document, so that generators of clients make a type for each. */
import { z } from 'zod'
import type { Catalogue, JsonSchema, KnownTask } from '../../job/catalogue.ts'
import { isFileResult } from '../../job/file-result.ts'
import { isObject } from '../../job/json.ts'

/** As the catalogue has them, in JSON Schema: what could be loaded can be documented. */
export function taskSchemas(catalogue: Catalogue): Record<string, JsonSchema> {
  const named = [...catalogue.values()].flatMap((task) => [
    component(`${pascal(task.name)}Input`, task.inputSchema),
    // Open: clients that refuse unknown members would break with each new one.
    component(`${pascal(task.name)}Result`, opened(task.outputSchema) as JsonSchema),
  ])
  return Object.fromEntries(named)
}

export function inputOf(task: KnownTask): z.ZodType {
  return reference(`${pascal(task.name)}Input`)
}

/** The results of all tasks: what GET /jobs/{id}/result may answer. */
export function anyResult(catalogue: Catalogue): z.ZodType {
  const json = [...catalogue.values()].filter((task) => !isFileResult(task.output))
  const [first, ...others] = json.map((task) => reference(`${pascal(task.name)}Result`))
  if (!first) return z.unknown()
  return others.length === 0 ? first : z.union([first, ...others])
}

/** `word-count` as generators of clients name a type: `WordCount`. */
export function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
}

function reference(name: string): z.ZodType {
  return z.unknown().meta({ override: { $ref: `#/components/schemas/${name}` } })
}

function component(name: string, schema: JsonSchema): readonly [string, JsonSchema] {
  return [name, rebased(schema, `#/components/schemas/${name}`) as JsonSchema]
}

/** References within a schema count from its root, which is not that of the document. */
function rebased(node: unknown, root: string): unknown {
  if (Array.isArray(node)) return node.map((item) => rebased(item, root))
  if (!isObject(node)) return node
  const entries = Object.entries(node).map(([key, value]) => {
    const isReference = key === '$ref' && typeof value === 'string' && value.startsWith('#')
    return [key, isReference ? `${root}${value.slice(1)}` : rebased(value, root)] as const
  })
  return Object.fromEntries(entries)
}

function opened(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(opened)
  if (!isObject(node)) return node
  const entries = Object.entries(node).filter(
    ([key, value]) => key !== 'additionalProperties' || value !== false,
  )
  return Object.fromEntries(entries.map(([key, value]) => [key, opened(value)]))
}
