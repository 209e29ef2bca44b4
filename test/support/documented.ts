/** Holds every response against the OpenAPI document: its status, its headers, its body, and nothing besides. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { problemSchema } from '../../src/http/problem.ts'
import { PROBLEM_TYPES } from '../../src/http/problem-types.ts'
import type { Catalogue } from '../../src/job/catalogue.ts'
import { FAILURES } from '../../src/job/failure.ts'
import { isObject } from '../../src/job/json.ts'

// A CommonJS module whose types say `export default`; at run time the function itself is there.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void

type Tree = Record<string, unknown>

/** An answer as supertest has it; headers in small letters. */
export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Throws where `response`, to `method` on `url`, is not what the document promises. */
export type Documented = (method: string, url: string, response: Response) => void

export function documentedBy(catalogue: Catalogue): Documented {
  const documented = documentedIn(openApiDocument(catalogue))
  return (method, url, response) => {
    documented(method, new URL(url, 'http://localhost').pathname, response)
  }
}

/** As documentedBy, for any document of ours and for paths as they were sent. */
export function documentedIn(openApi: unknown): Documented {
  const document = closed(openApi) as Tree
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema(document, 'api')
  const paths = document['paths'] as Record<string, Tree>
  const validators = new Map<string, ValidateFunction>()
  const patterns = Object.keys(paths).map(
    (template) => [template, new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)] as const,
  )

  return (method, pathname, response) => {
    const template = templateOf(pathname)
    const operation = template && (paths[template]?.[method === 'head' ? 'get' : method] as Tree | undefined)
    const where = `${method} ${pathname} → ${response.status}`
    if (!template || !operation) return expectUndocumented(where, pathname, response)
    const promised = (operation['responses'] as Tree)[String(response.status)] as Tree | undefined
    if (!promised) throw new Error(`${where}: this status is not documented`)
    expectHeaders(where, promised, response)
    if (method !== 'head' && !BODILESS.has(response.status))
      expectBody(where, `${pointerTo(template, method)}/responses/${response.status}`, promised, response)
  }

  function templateOf(pathname: string): string | undefined {
    const matches = patterns.filter(([, pattern]) => pattern.test(pathname)).map(([template]) => template)
    return matches.find((path) => !path.includes('{')) ?? matches[0]
  }

  function expectHeaders(where: string, promised: Tree, response: Response): void {
    for (const [name, reference] of Object.entries((promised['headers'] ?? {}) as Record<string, Tree>)) {
      const header = resolve(reference)
      const value = response.headers[name.toLowerCase()]
      if (value === undefined && header['required'] === true)
        throw new Error(`${where}: no ${name}, which is promised`)
      const schema = header['schema'] as Tree
      if (value !== undefined && schema['type'] === 'integer' && !/^\d+$/.test(value))
        throw new Error(`${where}: ${name}: ${value}`)
    }
    for (const name of [
      'location',
      'retry-after',
      'link',
      'allow',
      'idempotent-replayed',
      'content-location',
      'content-encoding',
      'content-disposition',
      'deprecation',
      'etag',
      'preference-applied',
      'sunset',
      'vary',
      'www-authenticate',
    ]) {
      const known = Object.keys((promised['headers'] ?? {}) as Tree).map((header) => header.toLowerCase())
      if (response.headers[name] !== undefined && !known.includes(name))
        throw new Error(`${where}: ${name} is not documented`)
    }
  }

  function expectBody(where: string, at: string, promised: Tree, response: Response): void {
    const content = (promised['content'] ?? {}) as Tree
    const [mediaType = ''] = String(response.headers['content-type']).split(';')
    // A file, of whatever type, or a stream of events.
    if (!content[mediaType] && content['*/*']) return
    if (mediaType === 'text/event-stream' && content[mediaType]) return
    if (!content[mediaType]) throw new Error(`${where}: ${mediaType} is not documented`)
    const body: unknown = JSON.parse(response.text)
    const $ref = `api${at}/content/${escaped(mediaType)}/schema`
    const validate = validators.get($ref) ?? ajv.compile({ $ref })
    validators.set($ref, validate)
    if (!validate(body)) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}\n${response.text}`)
    expectTruth(where, response, body)
  }

  function resolve(reference: Tree): Tree {
    const name = String(reference['$ref']).split('/').at(-1) ?? ''
    return ((document['components'] as Tree)['headers'] as Record<string, Tree>)[name] ?? reference
  }
}

/** No content (RFC 9110 §15.3.5), nothing new (§15.4.5). */
const BODILESS = new Set([204, 304])

/** For people's eyes, and the document itself. */
const PAGES = new Set([
  '/',
  '/docs',
  '/docs/',
  '/openapi.yaml',
  '/problems',
  '/problems/',
  ...[...Object.keys(PROBLEM_TYPES), ...Object.keys(FAILURES)].map((code) => `/problems/${code}`),
])

/** Outside the document there are only pages, refusals and answers without a body. */
function expectUndocumented(where: string, pathname: string, response: Response): void {
  const isPage = PAGES.has(pathname)
  if (response.status < 400 && !isPage && response.status !== 204)
    throw new Error(`${where}: this is not documented`)
  if (isPage || response.status < 400 || (response.text ?? '') === '') return
  const body: unknown = JSON.parse(response.text)
  problemSchema.strict().parse(body)
  expectTruth(where, response, body)
}

/** A problem must say of itself what its type says (RFC 9457 §3.1.2: the status, above all). */
function expectTruth(where: string, response: Response, body: unknown): void {
  if (response.headers['content-type'] !== 'application/problem+json' || !isObject(body)) return
  const type = PROBLEM_TYPES[body['code'] as keyof typeof PROBLEM_TYPES]
  const truthful =
    body['status'] === response.status &&
    type.status === response.status &&
    body['retryable'] === type.retryable
  if (!truthful) throw new Error(`${where}: the problem is not of its type\n${response.text}`)
}

/** The published schemas are open, for clients; here an undocumented member is a mistake. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed)
  if (!isObject(node)) return node
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]))
  if (
    copy['type'] === 'object' &&
    isObject(copy['properties']) &&
    copy['additionalProperties'] === undefined
  ) {
    copy['additionalProperties'] = false
  }
  return copy
}

function pointerTo(template: string, method: string): string {
  return `#/paths/${escaped(template)}/${method}`
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
