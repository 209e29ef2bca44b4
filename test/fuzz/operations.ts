/** The operations that an OpenAPI document describes, as far as requests are made of it. */
import { isObject } from '../../src/job/json.ts'

export type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

export interface Operation {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body?: Schema
}

export interface Description {
  readonly operations: readonly Operation[]
  /** @throws Error where the reference leads nowhere */
  resolve(schema: Schema): Schema
}

export function describe(document: unknown): Description {
  const paths = Object.entries(treeAt(document, ['paths']))
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Schema>).map(([method, operation]) => {
      const body = operation['requestBody']
      const schema = body === undefined ? undefined : treeAt(body, ['content', 'application/json', 'schema'])
      return {
        method: method.toUpperCase(),
        path,
        parameters: ((operation['parameters'] ?? []) as Parameter[]).map((given) => ({
          ...given,
          required: given.required ?? false,
        })),
        ...(schema ? { body: schema } : {}),
      }
    }),
  )
  return {
    operations,
    resolve(schema) {
      const reference = schema['$ref']
      if (typeof reference !== 'string') return schema
      return treeAt(document, reference.slice('#/'.length).split('/'))
    },
  }
}

function treeAt(from: unknown, steps: readonly string[]): Schema {
  const found = steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : undefined), from)
  if (!isObject(found)) throw new Error(`the document has nothing at ${steps.join('/')}`)
  return found
}
