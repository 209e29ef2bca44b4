/** One look at work that a callee accepted: how far it is, or what came of it. */
import type { TaskError } from '../job/failure.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import { isExpected } from './assertions.ts'
import { cancelOffer, type CancelOffer } from './cancel-offer.ts'
import { documentOf } from './document.ts'
import { failedStatus, failedWork } from './failures.ts'
import { askedSeconds, type Following } from './following.ts'
import { answeredBy, headerOf } from './headers.ts'
import { methodOf } from './input.ts'
import type { Line } from './line.ts'
import { monitorOf, resolved, type Monitor } from '../polling/monitor.ts'
import { pollAnswerOf } from '../polling/poll-answer.ts'
import { laterRequest } from './request.ts'
import { isSuccess } from './status-policy.ts'

// As many as browsers of old allowed; who needs more is going round in circles.
const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const SEE_OTHER = 303

export type Look =
  | {
      readonly kind: 'going'
      readonly asked: number | undefined
      readonly monitor: Monitor
      readonly cancel: CancelOffer | undefined
    }
  | { readonly kind: 'result'; readonly response: OutboundResponse }
  /** The callee says that the work itself failed. */
  | { readonly kind: 'failed'; readonly error: TaskError }

/** @throws TaskError where looking failed; what is retryable of that is worth another look */
export async function look(line: Line, { monitor }: Following): Promise<Look> {
  const { response, isResult } = await get(line, monitor.url)
  if (isResult || isWanted(line, response)) return { kind: 'result', response }
  refuse(line, response)
  const document = documentOf(response)
  const at = { monitor: monitor.url, base: response.url, target: monitor.target }
  const answer = pollAnswerOf(response.status, document.json, at)
  switch (answer.kind) {
    case 'going':
      return {
        ...answer,
        asked: askedSeconds(response),
        monitor: movedMonitor(monitor, response),
        cancel: cancelOffer(response, document, monitor.url),
      }
    case 'failed': {
      const request = { method: methodOf(line.input), url: line.input.url }
      return { kind: 'failed', error: failedWork(request, answer, line.blame) }
    }
    case 'result':
      return { kind: 'result', response }
    case 'result-at': {
      const { response: result } = await get(line, answer.url)
      if (!isWanted(line, result)) refuse(line, result)
      // Not there yet, though the work is done.
      if (result.status !== 202) return { kind: 'result', response: result }
      return { kind: 'going', asked: askedSeconds(result), monitor, cancel: undefined }
    }
  }
}

/** GET, and to wherever that leads. Of a 303 that is the result, as RFC 9110 §15.4.4 has it. */
async function get(
  line: Line,
  start: string,
): Promise<{ readonly response: OutboundResponse; readonly isResult: boolean }> {
  let url = start
  let isResult = false
  for (let redirects = 0; ; redirects++) {
    const response = await line.send(laterRequest(line.input, line.context, 'GET', url))
    const { status, headers } = response
    const next = REDIRECTS.has(status) ? resolved(headerOf(headers, 'location'), response.url) : undefined
    if (next === undefined || redirects === MAX_REDIRECTS) {
      if (isResult && !isSuccess(status) && !isWanted(line, response)) refuse(line, response)
      return { response, isResult: isResult && status !== 202 }
    }
    isResult ||= status === SEE_OTHER
    url = next
  }
}

/** The caller said that this status is a success, though it is not one of those that usually are. */
function isWanted({ input }: Line, { status }: OutboundResponse): boolean {
  return !isSuccess(status) && isExpected(status, input.success)
}

function refuse({ blame }: Line, response: OutboundResponse): void {
  const { status, url } = response
  if (!isSuccess(status)) throw failedStatus({ method: 'GET', url }, response, blame)
}

/** Some callees name a new monitor with each answer. Another kind of header would be about something else. */
function movedMonitor(monitor: Monitor, response: OutboundResponse): Monitor {
  const named = response.status === 202 ? monitorOf(answeredBy(response)) : undefined
  return named?.by === monitor.by ? { ...monitor, url: named.url } : monitor
}
