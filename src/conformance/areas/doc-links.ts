/** DOC-02: what the document says of submissions. */
import { dereference, describedApi, isObject, operationFor, type Operation } from '../api-description.ts'
import { expect, expectEqual } from '../expect.ts'
import type { Row } from '../row.ts'
import type { Document, Submitted, Target } from '../target.ts'

const EXPRESSION = /^\{?\$(?:url|method|statusCode|request\.|response\.)/

export const linksRow: Row = {
  id: 'DOC-02',
  title: 'Submissions are documented with a 202 that leads to the job',
  level: 'S',
  source: 'OAS Link, Callback, runtime expressions, webhooks',
  needs: { feature: 'openapi' },
  async check(target) {
    const api = await describedApi(target)
    const submitted = await target.submit('ok')
    for (const operation of submissionsIn(target, api)) {
      const { path } = operation
      const response = dereference(api, dereference(api, operation.operation['responses'])['202'])
      expect(Object.keys(response).length > 0, `POST ${path} has no response 202`)
      const headers = new Set(
        Object.keys(dereference(api, response['headers'])).map((name) => name.toLowerCase()),
      )
      for (const name of ['Location', 'Retry-After'])
        expect(headers.has(name.toLowerCase()), `the 202 of POST ${path} has no header ${name}`)
      const links = Object.values(dereference(api, response['links'])).map((link) => dereference(api, link))
      expect(links.length > 0, `the 202 of POST ${path} has no links`)
      const leads = links.some((link) => leadsTo(api, link, submitted))
      expect(
        leads,
        `no link of the 202 of POST ${path} leads to the job: ${JSON.stringify(links).slice(0, 200)}`,
      )
      if (target.profile.features.includes('webhook')) expectCallbacks(api, operation)
    }
    if (target.profile.features.includes('webhook'))
      expect(Object.keys(dereference(api, api['webhooks'])).length > 0, 'the document has no webhooks')
  },
}

/** Those of the fixtures, and the collection's where jobs are posted there. */
function submissionsIn(target: Target, api: Document): Operation[] {
  const fixtures = target.fixtures().map(({ method, path }) => {
    const found = operationFor(api, method, new URL(path, target.base))
    expect(found !== undefined, `${method} ${path} is not documented`)
    return found
  })
  const collection = operationFor(api, 'POST', new URL(target.profile.paths.list, target.base))
  const all = collection ? [...fixtures, collection] : fixtures
  return [...new Map(all.map((operation) => [operation.path, operation])).values()]
}

/** Whether the link, put in place as its expressions say, is the address of the job that was submitted. */
function leadsTo(api: Document, link: Document, submitted: Submitted): boolean {
  const { operationId, operationRef } = link
  const job = operationFor(api, 'GET', submitted.job)
  expect(job !== undefined, `GET ${submitted.job.pathname} is not documented`)
  const reference = `#/paths/${job.path.replaceAll('~', '~0').replaceAll('/', '~1')}/get`
  const isJob =
    operationRef === reference || (operationId !== undefined && operationId === job.operation['operationId'])
  if (!isJob || !isObject(link['parameters'])) return false
  const values = Object.entries(link['parameters']).map(
    ([name, value]) => [name.replace(/^path\./, ''), valueOf(value, submitted)] as const,
  )
  // The last segment of Location is what the header can give; an expression cannot take it apart.
  if (values.some(([, value]) => value === submitted.answer.headers['location'])) return true
  const path = values.reduce(
    (at, [name, value]) => at.replace(`{${name}}`, encodeURIComponent(value ?? '')),
    job.path,
  )
  return submitted.job.pathname.endsWith(path)
}

/** A runtime expression (OAS §4.7.24), evaluated against the submission. */
function valueOf(value: unknown, { answer, document }: Submitted): string | undefined {
  const expression = String(value)
  if (!EXPRESSION.test(expression)) return expression
  const [, header] = /^\$response\.header\.(.+)$/.exec(expression) ?? []
  if (header !== undefined) return answer.headers[header.toLowerCase()]
  const [, pointer] = /^\$response\.body#(\/.*)$/.exec(expression) ?? []
  const at = pointer
    ?.split('/')
    .slice(1)
    .reduce<unknown>(
      (from, step) => (isObject(from) ? from[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      document,
    )
  return typeof at === 'string' || typeof at === 'number' ? String(at) : undefined
}

/** Keyed by an expression for the address in the request's body. */
function expectCallbacks(api: Document, { path, operation }: Operation): void {
  const callbacks = Object.values(dereference(api, operation['callbacks']))
  const keys = callbacks.flatMap((callback) => Object.keys(dereference(api, callback)))
  expect(keys.length > 0, `POST ${path} has no callbacks`)
  const wrong = keys.filter((key) => !/^\{\$request\.(?:body#\/|query\.|header\.)[^}]+\}/.test(key))
  expectEqual(wrong, [], `the callbacks of POST ${path} with a key that is no expression for an address:`)
}
