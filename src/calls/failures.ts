/** Failed calls as the errors the job ends with, or is tried again for. */
import { TaskError } from '../job/failure.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import type { CallError, CallErrorCode } from '../outbound/call-error.ts'
import { retryAfterSeconds } from '../polling/retry-after.ts'
import { documentOf, shownText } from './document.ts'
import type { CallFailureCode } from './failure-codes.ts'
import { headerOf } from './headers.ts'
import type { Redactor } from './secrets.ts'
import { withoutQueries, withoutQuery } from './shown-url.ts'
import { verdictOnCode, verdictOnStatus, type RetryOn, type Verdict } from './status-policy.ts'
import { shortened } from './words.ts'

const MAX_EXCERPT = 200
const MAX_REASON = 300
const MAX_WORD = 40

/** What all failures of a call have in common. */
export interface Blame {
  readonly on: RetryOn
  readonly redact: Redactor
}

type Request = { readonly method: string; readonly url: string }

/** The answer's status is no success. */
export function failedStatus(request: Request, response: OutboundResponse, blame: Blame): TaskError {
  const { status, statusText, headers } = response
  const phrase = statusText === '' ? '' : ` ${shortened(blame.redact.text(statusText), 60)}`
  const detail = `${named(request)} answered ${status}${phrase}${excerptOf(response, blame.redact)}`
  const wait = retryAfterSeconds(headerOf(headers, 'retry-after'), Date.now(), headerOf(headers, 'date'))
  return error(detail, verdictOnStatus(status, blame.on), blame, wait)
}

const WHAT_HAPPENED: Readonly<Record<CallErrorCode, string>> = {
  timeout: 'was not answered in time',
  'connection-error': 'had its connection fail',
  'dns-error': 'found no address for the host',
  'tls-error': 'found no connection it could trust',
  'blocked-address': 'is not allowed',
  'response-too-large': 'was answered with too much',
}

/** There was no answer, or none that could be read. */
export function failedCall(request: Request, { code, message }: CallError, blame: Blame): TaskError {
  const reason =
    message === ''
      ? ''
      : `: ${shortened(blame.redact.text(withoutQueries(message.slice(0, 2000))), MAX_REASON)}`
  return error(`${named(request)} ${WHAT_HAPPENED[code]}${reason}`, verdictOnCode(code, blame.on), blame)
}

/** There was an answer, and it is not the one that is wanted. */
export function failedOtherwise(
  code: CallFailureCode,
  request: Request,
  sentence: string,
  blame: Blame,
): TaskError {
  return error(`${named(request)}: ${sentence}`, verdictOnCode(code, blame.on), blame)
}

/** The callee took the work on, and it came to a bad end there. */
export function failedWork(
  request: Request,
  ending: { readonly word: string; readonly reason: string; readonly retryable: boolean },
  { on, redact }: Blame,
): TaskError {
  const said = shortened(redact.text(ending.reason), MAX_REASON)
  const reason = said === '' ? '' : `: ${said}`
  const detail = `${named(request)} was accepted, but ended as "${shortened(ending.word, MAX_WORD)}"${reason}`
  const retryable = on['callee-failed'] ?? ending.retryable
  return error(detail, { code: 'callee-failed', retryable }, { on, redact })
}

function error(detail: string, { code, retryable }: Verdict, { redact }: Blame, wait?: number): TaskError {
  const retryAfter = retryable && wait !== undefined ? { retryAfterSeconds: wait } : {}
  return new TaskError(redact.text(detail), { code, retryable, ...retryAfter })
}

function named({ method, url }: Request): string {
  return `${method} ${withoutQuery(url)}`
}

/** The beginning of what the callee says about it; secrets go before anything is cut. */
function excerptOf(response: OutboundResponse, redact: Redactor): string {
  const excerpt = shortened(shownText(documentOf(response), redact), MAX_EXCERPT)
  return excerpt === '' ? '' : `: ${excerpt}`
}
