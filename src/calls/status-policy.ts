/** What an answer's status means for the job: which failure it is, and whether to try again. A table and one function. */
import { RETRYABLE, type CallFailureCode } from './failure-codes.ts'

/** `retry.on` of the input: '404', '5xx' or a failure code, and whether that is tried again. */
export type RetryOn = Readonly<Record<string, boolean>>

// Of the client errors those that are about the moment and not about the request: 408 Request Timeout, 425 Too Early,
// 429 Too Many Requests.
const PASSING_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429])

// Of the server errors those that say what the server is like, and will be next time: 501 Not Implemented, 505 HTTP Version
// Not Supported, 506 Variant Also Negotiates, 508 Loop Detected, 510 Not Extended, 511 Network Authentication Required.
const LASTING_SERVER_ERRORS: ReadonlySet<number> = new Set([501, 505, 506, 508, 510, 511])

export interface Verdict {
  readonly code: CallFailureCode
  readonly retryable: boolean
}

/** The failure an answer of this status is; for a status that is no success. */
export function verdictOnStatus(status: number, on: RetryOn = {}): Verdict {
  const code = status < 500 ? 'http-client-error' : 'http-server-error'
  const usual = status < 500 ? PASSING_CLIENT_ERRORS.has(status) : !LASTING_SERVER_ERRORS.has(status)
  // What names the status says more than what names its class, and that more than what names the kind of failure.
  const retryable = on[String(status)] ?? on[`${Math.floor(status / 100)}xx`] ?? on[code] ?? usual
  return { code, retryable }
}

/** The same for what has no status, or whose status is not what is wrong. */
export function verdictOnCode(code: CallFailureCode, on: RetryOn = {}): Verdict {
  return { code, retryable: on[code] ?? RETRYABLE[code] }
}

/** Is it a success where nobody said which statuses are? */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299
}
