/** What is wrong with an OpenAPI 3.1 document. */
import { isObject } from '../api-description.ts'
import { OBJECTS, type Shape } from './objects.ts'
import { refers } from './references.ts'
import { documentRules, objectRules } from './rules.ts'
import { schemaFlaws } from './schema-flaws.ts'
import type { Document } from '../target.ts'

/** A sentence each; none where the document is fine. */
export function openApiFlaws(api: Document): string[] {
  const flaws: string[] = []
  const say = (at: string, what: string) => void flaws.push(`${at || 'the document'} ${what}`)
  visit('Document', api, '')
  return [...flaws, ...documentRules(api)]

  function visit(kind: string, value: unknown, at: string): void {
    if (kind === 'Schema') return void flaws.push(...schemaFlaws(api, value, at))
    if (!isObject(value)) return say(at, `is no object, where a ${kind} belongs`)
    const { $ref } = value
    if ($ref !== undefined)
      return refers(api, $ref) ? undefined : say(at, `refers to ${JSON.stringify($ref)}, where nothing is`)
    if (kind === 'Callback') return visitMap('PathItem', value, at)
    const fields = OBJECTS[kind] ?? {}
    for (const [name, shape] of Object.entries(fields)) {
      if (value[name] !== undefined) visitField(shape.replace('!', ''), value[name], `${at}/${name}`)
      else if (shape.endsWith('!')) say(at, `has no ${name}`)
    }
    for (const name of Object.keys(value))
      if (!(name in fields) && !name.startsWith('x-'))
        say(at, `has a field "${name}", which a ${kind} has not`)
    for (const flaw of objectRules[kind]?.(value) ?? []) say(at, flaw)
  }

  function visitField(shape: Shape, value: unknown, at: string): void {
    if (shape.endsWith('{}')) return visitMap(shape.slice(0, -2), value, at)
    if (shape.endsWith('[]')) {
      if (!Array.isArray(value)) return say(at, 'is no array')
      return value.forEach((item: unknown, index) => visitField(shape.slice(0, -2), item, `${at}/${index}`))
    }
    if (shape === 'any') return
    if (shape !== 'string' && shape !== 'boolean') return visit(shape, value, at)
    if (typeof value !== shape) say(at, `is no ${shape}`)
  }

  function visitMap(shape: Shape, value: unknown, at: string): void {
    if (!isObject(value)) return say(at, 'is no map')
    for (const [name, item] of Object.entries(value))
      if (!name.startsWith('x-')) visitField(shape, item, `${at}/${name.replaceAll('/', '~1')}`)
  }
}
