/** What can be wrong with a request for a job, by code. The HTTP room gives each its status; the compiler sees to it. */
import type { Violation, WrongParameter } from './violations.ts'

export type ErrorCode =
  | 'idempotency-in-progress'
  | 'idempotency-key-invalid'
  | 'idempotency-key-required'
  | 'idempotency-key-reused'
  | 'job-already-terminal'
  | 'job-expired'
  | 'job-not-found'
  | 'job-not-terminal'
  | 'precondition-failed'
  | 'result-not-available'
  | 'result-not-ready'
  | 'task-not-found'
  | 'temporary-reduced-capacity'
  | 'validation-error'

export interface JobErrorOptions extends ErrorOptions {
  readonly errors?: readonly (Violation | WrongParameter)[]
  /** The job the error is about, for a link to it. */
  readonly jobId?: string
  readonly retryAfterSeconds?: number
  /** Canceling the job would help. */
  readonly canCancel?: boolean
}

/** The message is a sentence for the caller; `cause` is for the operator. */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly code: ErrorCode
  /** Everything that is not valid, of a validation-error: what is wrong, and where. */
  readonly errors: readonly (Violation | WrongParameter)[] | undefined
  readonly jobId: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly canCancel: boolean

  constructor(code: ErrorCode, message: string, options: JobErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.errors = options.errors
    this.jobId = options.jobId
    this.retryAfterSeconds = options.retryAfterSeconds
    this.canCancel = options.canCancel ?? false
  }
}
