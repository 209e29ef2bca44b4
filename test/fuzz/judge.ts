/** What is wrong with an answer, if anything. */
import type { Documented } from '../support/documented.ts'
import { STREAM } from './client.ts'
import type { Answer } from './knowledge.ts'
import type { Sent } from './request.ts'

/** For a text that cannot be kept: it is not valid, or nothing has such a name. */
const REFUSALS = new Set([400, 404, 422])

/** @throws Error with what is wrong */
export function judge({ method, path, isFlawed }: Sent, answer: Answer, documented: Documented): void {
  const { status, headers, text } = answer
  if (answer === STREAM) return
  if (status >= 500 && !isOverload(answer)) throw new Error(`a fault of ours: ${status}\n${text}`)
  if (isFlawed && !REFUSALS.has(status)) throw new Error(`a text that cannot be kept is answered ${status}`)
  if (headers['x-request-id'] === undefined) throw new Error(`${status} without X-Request-Id`)
  // What the parser has refused is no request to any address.
  const isRefused = text.includes('"code":"malformed-request"') || status === 431 || status === 408
  documented(method.toLowerCase(), isRefused ? '' : path, answer)
}

export function isOverload({ status, headers }: Answer): boolean {
  return status === 503 && headers['retry-after'] !== undefined
}
