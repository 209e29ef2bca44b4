/** Requests to the operations of a description: as they should be, nearly so, and not at all. */
import * as fc from 'fast-check'
import { bodyOf, enormous } from './bodies.ts'
import { ANYWHERE, HEADERS, headerText, typeOf, type Header } from './headers.ts'
import { sometimes } from './learned.ts'
import type { Description, Operation, Parameter } from './operations.ts'
import type { Piece, Request } from './request.ts'
import { elsewhere, jobId, queryOf } from './targets.ts'
import { valueOf } from './values.ts'

/** What operations have in common costs the most to make, so that each is made once. */
export function requestsTo(description: Description): fc.Arbitrary<Request> {
  const usual = description.operations.map((operation) => ({
    arbitrary: requestTo(operation, description),
    // Submissions and what is about a job more often than the lists of tasks, which are large and always the same.
    weight: operation.path.startsWith('/jobs') ? 60 : operation.body ? 40 : 10,
  }))
  return fc.oneof(...usual, { arbitrary: elsewhere, weight: 40 }, { arbitrary: tooLarge, weight: 1 })
}

function requestTo(operation: Operation, description: Description): fc.Arbitrary<Request> {
  const { method, path, parameters } = operation
  const of = (where: Parameter['in']) => parameters.filter((parameter) => parameter.in === where)
  const headers = fc.tuple(
    ...of('header').map(({ name }) =>
      sometimes(HEADERS[name] ?? headerText, 2).map((value) => ({ name, value })),
    ),
  )
  const body = bodyOf(operation.body && valueOf(operation.body, description))
  const events = path.endsWith('/events')
  return fc
    .record({
      id: jobId,
      query: queryOf(of('query'), description),
      headers,
      more: sometimes(ANYWHERE, 8),
      body,
      chunks: sometimes(fc.constantFrom(1, 7, 5000), 8),
      other: sometimes(
        fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'PROPFIND', 'TRACE'),
        25,
      ),
    })
    .map(({ id, query, headers: own, more, body: given, chunks, other }) => ({
      method: other ?? method,
      target: [...path.split('{id}').flatMap((part, n): Piece[] => (n > 0 ? [id, part] : [part])), query],
      headers: [
        ...(events ? [['Accept', 'text/event-stream'] as const] : []),
        ...own.flatMap(({ name, value }): Header[] => (value === null ? [] : [[name, value]])),
        ...(more ? [more] : []),
        ...typeOf(given),
      ],
      body: given.bytes,
      ...(chunks === null ? {} : { chunks: Math.max(chunks, Math.ceil(given.bytes.length / 500)) }),
    }))
}

const tooLarge: fc.Arbitrary<Request> = enormous.map((body) => ({
  method: 'POST',
  target: ['/tasks/word-count'],
  headers: typeOf(body),
  body: body.bytes,
}))
