/** An input for the docs, made from a JSON Schema, for tasks whose author gave none. */
import { isObject, type Json } from './json.ts'

type Schema = Readonly<Record<string, unknown>>

/** A value of the schema's shape: the required members only. Whether it is valid is for the caller to check. */
export function exampleOf(schema: unknown): Json | undefined {
  if (!isObject(schema)) return undefined
  const [given] = Array.isArray(schema['examples']) ? (schema['examples'] as Json[]) : []
  const ready = given ?? schema['default'] ?? schema['const'] ?? firstOf(schema['enum'])
  if (ready !== undefined) return ready as Json
  const [form] = listOf(schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf'])
  if (form) return exampleOf(form)
  switch (Array.isArray(schema['type']) ? schema['type'][0] : schema['type']) {
    case 'object':
      return exampleObject(schema)
    case 'array':
      return Array.from(
        { length: Number(schema['minItems'] ?? 1) },
        () => exampleOf(schema['items']) ?? 'text',
      )
    case 'string':
      return exampleText(schema)
    case 'integer':
    case 'number':
      return Number(
        schema['minimum'] ??
          (schema['exclusiveMinimum'] === undefined ? 1 : Number(schema['exclusiveMinimum']) + 1),
      )
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return undefined
  }
}

function exampleObject(schema: Schema): Json {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = listOf(schema['required']) as string[]
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name]) ?? null]))
}

const TEXT_BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2030-01-01T00:00:00Z',
  date: '2030-01-01',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '0190163d-8694-739b-aea5-966c26f8ad91',
}

function exampleText(schema: Schema): string {
  const text = TEXT_BY_FORMAT[String(schema['format'])] ?? 'text'
  return text.padEnd(Number(schema['minLength'] ?? 0), 't')
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}

function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : []
}
