/** Is an answer the success the caller described? The first thing that is not as it should be, as a sentence. */
import type { Json } from '../job/json.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import type { Document } from './document.ts'
import { failedJson } from './json-assertions.ts'
import { headerOf } from './headers.ts'
import { compilePattern, MAX_MATCHED } from './pattern.ts'
import { isSuccess } from './status-policy.ts'
import type { HeaderAssertion, Success } from './success-input.ts'
import type { Quote } from './words.ts'

/** What was expected and what came; or that the part of the body that was kept does not tell. */
export interface Unmet {
  readonly code: 'assertion-failed' | 'response-too-large'
  readonly detail: string
}

export interface Answer {
  readonly response: OutboundResponse
  readonly document: Document
}

/** Whether a status is one of those that are successes here. */
export function isExpected(status: number, { status: expected }: Success): boolean {
  return expected ? expected.some((each) => covers(each, status)) : isSuccess(status)
}

function covers(expected: number | string, status: number): boolean {
  if (typeof expected === 'number') return status === expected
  if (expected.endsWith('xx')) return String(status).startsWith(expected.slice(0, 1))
  const [first, last] = expected.split('-')
  return status >= Number(first) && status <= Number(last)
}

/** In the order of the description; undefined where all is as it should be. The status has been looked at. */
export function firstUnmet(answer: Answer, success: Success, quote: Quote): Unmet | undefined {
  for (const assertion of success.headers ?? []) {
    const detail = failedHeader(answer.response, assertion, quote)
    if (detail !== undefined) return { code: 'assertion-failed', detail }
  }
  return unmetJson(answer, success, quote) ?? unmetText(answer, success, quote) ?? unmetTime(answer, success)
}

function failedHeader(
  { headers }: OutboundResponse,
  assertion: HeaderAssertion,
  quote: Quote,
): string | undefined {
  const { name, equals, matches } = assertion
  const value = headerOf(headers, name)
  const how = matches === undefined ? `be ${quote(equals ?? '')}` : `match ${quote(matches)}`
  const expected = `Expected the header ${name} to ${how}`
  if (value === undefined) return `${expected}, but it was not there`
  const isMet =
    matches === undefined
      ? value === equals
      : value.length <= MAX_MATCHED && compilePattern(matches).occursIn(value)
  return isMet ? undefined : `${expected}, but it was ${quote(value)}`
}

function unmetJson({ response, document }: Answer, success: Success, quote: Quote): Unmet | undefined {
  const assertions = success.json ?? []
  if (assertions.length === 0) return undefined
  if (response.truncated) return tooLarge(response, 'its JSON cannot be looked at')
  const value: Json | undefined = document.json
  for (const assertion of assertions) {
    const detail = failedJson(value, assertion, quote)
    if (detail !== undefined) return { code: 'assertion-failed', detail }
  }
  return undefined
}

function unmetText({ response, document }: Answer, { contains }: Success, quote: Quote): Unmet | undefined {
  if (contains === undefined || document.text.includes(contains)) return undefined
  if (response.truncated)
    return tooLarge(response, `it cannot be told whether it contains ${quote(contains)}`)
  return {
    code: 'assertion-failed',
    detail: `Expected the body to contain ${quote(contains)}, but it was ${quote(document.text)}`,
  }
}

function unmetTime({ response }: Answer, { maxMs }: Success): Unmet | undefined {
  const took = response.timings.totalMs
  if (maxMs === undefined || took === undefined || took <= maxMs) return undefined
  const detail = `Expected the answer within ${maxMs} ms, but it took ${Math.round(took * 10) / 10} ms`
  return { code: 'assertion-failed', detail }
}

function tooLarge({ bytes, body }: OutboundResponse, what: string): Unmet {
  const detail = `The answer has ${bytes} bytes, of which ${body.length} are kept, so ${what}`
  return { code: 'response-too-large', detail }
}
