/** The OpenAPI document of the server, and where in it an exchange has its place. */
import { parse } from 'yaml'
import { expect } from './expect.ts'
import type { Document, Target } from './target.ts'

export interface Operation {
  /** The path as the document has it: `/jobs/{id}`. */
  readonly path: string
  readonly operation: Document
  /** Those of the path and of the operation, references followed. */
  readonly parameters: readonly Document[]
}

const read = new WeakMap<Target, Promise<Document>>()

/** Fetched once. */
export function describedApi(target: Target): Promise<Document> {
  const document = read.get(target) ?? fetchDescription(target)
  read.set(target, document)
  return document
}

async function fetchDescription(target: Target): Promise<Document> {
  const answer = await target.ask(target.profile.paths.openapi)
  expect(answer.status === 200, `GET ${answer.url.pathname} answered ${answer.status}`)
  // JSON is YAML as well.
  const document: unknown = parse(answer.text)
  expect(isObject(document), `${answer.url.pathname} is not an OpenAPI document`)
  return document
}

/** Follows references inside the document, of this value only. */
export function dereference(api: Document, value: unknown): Document {
  let at = value
  while (isObject(at) && typeof at['$ref'] === 'string') {
    const steps = at['$ref'].split('/').slice(1)
    at = steps.reduce<unknown>((from, step) => {
      const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
      return isObject(from) ? from[key] : undefined
    }, api)
  }
  return isObject(at) ? at : {}
}

/** The operation that documents this request; where several paths fit, the one with the most words of its own. */
export function operationFor(api: Document, method: string, url: URL): Operation | undefined {
  const pathname = withoutBase(api, url)
  const paths = Object.entries(isObject(api['paths']) ? api['paths'] : {})
  const fitting = paths
    .filter(([path]) => patternOf(path).test(pathname))
    .toSorted(([one], [other]) => variablesIn(one) - variablesIn(other))
  const [path, raw] = fitting[0] ?? []
  if (path === undefined) return undefined
  const item = dereference(api, raw)
  const operation = item[method.toLowerCase()]
  if (!isObject(operation)) return undefined
  const listed = [item['parameters'], operation['parameters']].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  )
  return { path, operation, parameters: listed.map((parameter) => dereference(api, parameter)) }
}

/** The path below the `servers` entry that it is below of. */
function withoutBase(api: Document, url: URL): string {
  const servers = Array.isArray(api['servers']) ? (api['servers'] as unknown[]) : []
  const bases = servers.map((server) => String(isObject(server) ? server['url'] : '/'))
  const prefixes = bases.map((base) => new URL(base, url).pathname.replace(/\/$/, ''))
  const prefix = prefixes.find((candidate) => url.pathname.startsWith(`${candidate}/`)) ?? ''
  return url.pathname.slice(prefix.length)
}

function patternOf(path: string): RegExp {
  const parts = path.split(/\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}

function variablesIn(path: string): number {
  return path.split('{').length
}

export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
