/** What must hold in an OpenAPI 3.1 document besides its structure. */
import { dereference, isObject } from '../api-description.ts'
import type { Document } from '../target.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const PLACES = new Set<unknown>(['query', 'header', 'path', 'cookie'])
const SCHEMES = new Set<unknown>(['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'])

type Flaws = readonly (string | false)[]

/** What one object says of itself. */
export const objectRules: Readonly<Record<string, (value: Document) => string[]>> = {
  Parameter: (value) =>
    sentences([
      !PLACES.has(value['in']) && `is in ${JSON.stringify(value['in'])}`,
      value['in'] === 'path' && value['required'] !== true && 'is in the path and not required',
      hasBothOrNone(value, 'schema', 'content'),
    ]),
  Header: (value) =>
    sentences([
      // They are fields of a parameter; a header's name is its key.
      ...['name', 'in'].map((name) => name in value && `has a field "${name}"`),
      hasBothOrNone(value, 'schema', 'content'),
    ]),
  Link: (value) => sentences([hasBothOrNone(value, 'operationId', 'operationRef')]),
  License: (value) =>
    sentences(['identifier' in value && 'url' in value && 'has both an identifier and a url']),
  SecurityScheme: ({ type, scheme, name, in: place }) =>
    sentences([
      !SCHEMES.has(type) && `has the type ${JSON.stringify(type)}`,
      type === 'http' && typeof scheme !== 'string' && 'is http without a scheme',
      type === 'apiKey' &&
        !(typeof name === 'string' && PLACES.has(place)) &&
        'is an apiKey without name or place',
    ]),
  Operation: ({ responses }) => {
    const codes = Object.keys(isObject(responses) ? responses : {}).filter((code) => !code.startsWith('x-'))
    const wrong = codes.filter((code) => !/^(?:[1-5](?:\d\d|XX)|default)$/.test(code))
    return sentences([
      codes.length === 0 && 'has no responses',
      wrong.length > 0 && `has responses ${wrong.join(', ')}`,
    ])
  },
}

/** What can be seen only from the whole. */
export function documentRules(api: Document): string[] {
  const { openapi, paths, webhooks, components } = api
  const all = Object.entries(isObject(paths) ? paths : {}).flatMap(([path, item]) =>
    operationsOf(api, path, item),
  )
  return [
    ...sentences([
      !/^3\.1\.\d+$/.test(String(openapi)) && `openapi is ${JSON.stringify(openapi)}, not 3.1.x`,
      ![paths, webhooks, components].some(isObject) && 'the document describes nothing',
    ]),
    ...templateFlaws(Object.keys(isObject(paths) ? paths : {})),
    ...identifierFlaws(api, all),
    ...all.flatMap((one) => parameterFlaws(api, one)),
    ...securityFlaws(api, all),
  ]
}

interface Placed {
  readonly path: string
  readonly where: string
  readonly item: Document
  readonly operation: Document
}

function operationsOf(api: Document, path: string, given: unknown): Placed[] {
  const item = dereference(api, given)
  return METHODS.flatMap((method) => {
    const operation = item[method]
    return isObject(operation) ? [{ path, where: `${method.toUpperCase()} ${path}`, item, operation }] : []
  })
}

/** Two paths that differ by the names of their variables only are the same. */
function templateFlaws(paths: readonly string[]): string[] {
  const wrong = paths.filter((path) => !/^\/[^?#]*$/.test(path)).map((path) => `"${path}" is no path`)
  const alike = Map.groupBy(paths, (path) => path.replaceAll(/\{[^}]*\}/g, '{}'))
  const twice = [...alike.values()].filter((same) => same.length > 1)
  return [...wrong, ...twice.map((same) => `the path ${same.join(' is also ')}`)]
}

function identifierFlaws(api: Document, all: readonly Placed[]): string[] {
  const byId = Map.groupBy(all, ({ operation }) => operation['operationId'])
  const twice = [...byId].filter(([id, same]) => id !== undefined && same.length > 1)
  const dead = all.flatMap(({ where, operation }) =>
    linksOf(api, operation)
      .map(({ operationId }) => operationId)
      .filter((id) => id !== undefined && !byId.has(id))
      .map((id) => `${where} links to the operation ${String(id)}, which is not there`),
  )
  return [...twice.map(([id]) => `several operations are called ${String(id)}`), ...dead]
}

function linksOf(api: Document, operation: Document): Document[] {
  const responses = Object.values(dereference(api, operation['responses']))
  return responses.flatMap((response) =>
    Object.values(dereference(api, dereference(api, response)['links'])).map((link) =>
      dereference(api, link),
    ),
  )
}

/** The variables of a path are its path parameters, and no parameter is there twice. */
function parameterFlaws(api: Document, { path, where, item, operation }: Placed): string[] {
  const lists = [item['parameters'], operation['parameters']].map((list) =>
    (Array.isArray(list) ? (list as unknown[]) : []).map((parameter) => dereference(api, parameter)),
  )
  const named = ({ in: place, name }: Document) => `${String(place)} ${String(name)}`
  const twice = lists.flatMap((list) =>
    list.map(named).filter((name, index, names) => names.indexOf(name) < index),
  )
  const inPath = new Set(
    lists
      .flat()
      .filter((one) => one['in'] === 'path')
      .map((one) => String(one['name'])),
  )
  const variables = new Set([...path.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? ''))
  return [
    ...twice.map((name) => `${where} has the parameter ${name} twice`),
    ...[...variables]
      .filter((name) => !inPath.has(name))
      .map((name) => `${where} does not describe {${name}}`),
    ...[...inPath]
      .filter((name) => !variables.has(name))
      .map((name) => `${where} describes {${name}}, which is not in the path`),
  ]
}

function securityFlaws(api: Document, all: readonly Placed[]): string[] {
  const known = dereference(api, dereference(api, api['components'])['securitySchemes'])
  const required = [api, ...all.map(({ operation }) => operation)].flatMap(({ security }) =>
    Array.isArray(security) ? (security as unknown[]) : [],
  )
  const names = required.flatMap((requirement) => Object.keys(isObject(requirement) ? requirement : {}))
  const missing = new Set(names.filter((name) => !(name in known)))
  return [...missing].map((name) => `the security scheme ${name} is asked for and not described`)
}

function hasBothOrNone(value: Document, one: string, other: string): string | false {
  if (one in value !== other in value) return false
  return one in value ? `has both ${one} and ${other}` : `has neither ${one} nor ${other}`
}

function sentences(flaws: Flaws): string[] {
  return flaws.filter((flaw) => typeof flaw === 'string')
}
