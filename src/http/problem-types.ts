/** Every problem the API can answer with: its status, its title, and whether the same request may succeed later. */
import type { ErrorCode } from '../job/errors.ts'

export interface ProblemType {
  readonly status: number
  readonly title: string
  /** True: send the same request again (with the same key) after Retry-After. False: it will fail again. */
  readonly retryable: boolean
}

// What only HTTP knows of; the rest are the job room's ErrorCodes. The compiler demands a line for each, here and in
// problem-texts.ts, which says what it means.
type HttpErrorCode =
  | 'content-too-large'
  | 'idempotency-key-invalid'
  | 'internal-error'
  | 'invalid-parameter'
  | 'malformed-body'
  | 'malformed-request'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'request-header-fields-too-large'
  | 'request-timeout'
  | 'route-not-found'
  | 'unauthorized'
  | 'unsupported-media-type'

export type ProblemCode = ErrorCode | HttpErrorCode

const final = (status: number, title: string): ProblemType => ({ status, title, retryable: false })
const passing = (status: number, title: string): ProblemType => ({ status, title, retryable: true })

export const PROBLEM_TYPES = {
  'malformed-request': final(400, 'The request is not valid HTTP'),
  'malformed-body': final(400, 'The body cannot be parsed'),
  'invalid-parameter': final(400, 'A parameter is not valid'),
  'idempotency-key-required': final(400, 'An Idempotency-Key is required'),
  'idempotency-key-invalid': final(400, 'The Idempotency-Key is not valid'),
  unauthorized: final(401, 'Who is asking is not known'),
  'route-not-found': final(404, 'There is nothing at this address'),
  'job-not-found': final(404, 'There is no such job'),
  'task-not-found': final(404, 'There is no such task'),
  'result-not-ready': passing(404, 'The result is not ready yet'),
  'result-not-available': final(404, 'There is no result'),
  'method-not-allowed': final(405, 'The method is not allowed here'),
  'not-acceptable': final(406, 'No acceptable representation'),
  'request-timeout': passing(408, 'The request took too long to arrive'),
  'job-already-terminal': final(409, 'The job has already ended'),
  'job-not-terminal': final(409, 'The job has not ended yet'),
  'idempotency-in-progress': passing(409, 'A request with this Idempotency-Key is being handled'),
  'job-expired': final(410, 'The job is gone'),
  'precondition-failed': final(412, 'The job is not as the request expects it'),
  'content-too-large': final(413, 'The body is too large'),
  'unsupported-media-type': final(415, 'The media type or coding is not supported'),
  'validation-error': final(422, 'The request is not valid'),
  'idempotency-key-reused': final(422, 'The Idempotency-Key was used for something else'),
  'request-header-fields-too-large': final(431, 'The header is too large'),
  'internal-error': passing(500, 'Something went wrong here'),
  'temporary-reduced-capacity': passing(503, 'The service cannot take the request just now'),
} as const satisfies Record<ProblemCode, ProblemType>
