/** What is wrong with a schema of an OpenAPI 3.1 document, which is JSON Schema 2020-12: often a remainder of 3.0. */
import { isObject } from '../api-description.ts'
import { refers } from './references.ts'
import type { Document } from '../target.ts'

const TYPES = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])
const ONE = ['items', 'contains', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else']
const ONE_MORE = ['unevaluatedItems', 'unevaluatedProperties', 'contentSchema']
const MANY = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const NAMED = ['properties', 'patternProperties', '$defs', 'dependentSchemas']
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']

export function schemaFlaws(api: Document, schema: unknown, at: string): string[] {
  if (typeof schema === 'boolean') return []
  if (!isObject(schema)) return [`${at} is no schema`]
  const below = [
    ...[...ONE, ...ONE_MORE].filter((name) => name in schema).map((name) => [name, schema[name]] as const),
    ...MANY.flatMap((name) => (name in schema ? itemsOf(schema[name], name) : [])),
    ...NAMED.flatMap((name) => (name in schema ? membersOf(schema[name], name) : [])),
  ]
  const own = flawsOf(api, schema).map((flaw) => `${at} ${flaw}`)
  return [...own, ...below.flatMap(([name, value]) => schemaFlaws(api, value, `${at}/${name}`))]
}

function flawsOf(api: Document, schema: Document): string[] {
  const { $ref, type, required, enum: values, pattern } = schema
  const types = [type].flat()
  const known = type === undefined || (types.length > 0 && types.every((name) => TYPES.has(name)))
  const words = Array.isArray(required) && required.every((name) => typeof name === 'string')
  const wrongNumbers = NUMBERS.filter((name) => name in schema && typeof schema[name] !== 'number')
  const wrongCounts = COUNTS.filter((name) => name in schema && !isCount(schema[name]))
  return [
    $ref !== undefined && !refers(api, $ref) && `refers to ${JSON.stringify($ref)}, where nothing is`,
    !known && `has the type ${JSON.stringify(type)}`,
    required !== undefined && !words && 'has a "required" that is no list of names',
    values !== undefined && (!Array.isArray(values) || values.length === 0) && 'has an "enum" without values',
    pattern !== undefined && !isPattern(pattern) && `has the pattern ${JSON.stringify(pattern)}`,
    'nullable' in schema && 'has "nullable", which went with 3.0',
    ...[...wrongNumbers, ...wrongCounts].map((name) => `has the ${name} ${JSON.stringify(schema[name])}`),
  ].filter((flaw) => typeof flaw === 'string')
}

function itemsOf(list: unknown, name: string): (readonly [string, unknown])[] {
  return Array.isArray(list)
    ? list.map((item: unknown, index) => [`${name}/${index}`, item] as const)
    : [[name, undefined]]
}

function membersOf(map: unknown, name: string): (readonly [string, unknown])[] {
  return isObject(map)
    ? Object.entries(map).map(([member, value]) => [`${name}/${member}`, value] as const)
    : [[name, undefined]]
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0
}

function isPattern(pattern: unknown): boolean {
  try {
    return typeof pattern === 'string' && new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}
