/** ETag (RFC 9110 §8.8.3), and what a 304 must bring with it. */
import type { Answer } from './exchange.ts'
import { expect, expectEqual } from './expect.ts'

const ENTITY_TAG = /^(?:W\/)?"[\u0021\u0023-\u007E\u0080-\u00FF]*"$/

type Headed = Pick<Answer, 'status' | 'headers'>

export function etagOf({ status, headers }: Headed, what: string): string {
  const tag = headers['etag']
  expect(tag !== undefined, `${what} (${status}) has no ETag`)
  expect(ENTITY_TAG.test(tag), `${what} (${status}): ETag ${tag} is not an entity-tag`)
  return tag
}

export function strongEtagOf(answer: Headed, what: string): string {
  const tag = etagOf(answer, what)
  expect(tag.startsWith('"'), `${what} (${answer.status}): ETag ${tag} is weak`)
  return tag
}

/** What the 200 would have said in these fields, the 304 says too (RFC 9110 §15.4.5). */
export function expectNotModified(answer: Headed, full: Headed, what: string): void {
  expect(answer.status === 304, `${what} was answered ${answer.status}, not 304`)
  for (const name of ['etag', 'cache-control', 'vary'])
    expectEqual(answer.headers[name], full.headers[name], `${what}: ${name} of the 304`)
  expect(answer.headers['date'] !== undefined, `${what}: the 304 has no Date`)
}
