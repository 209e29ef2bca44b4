/** How a call can fail: the server said no, nobody answered, time ran out, or the work itself came to a bad end. */
import { membersOf } from '../polling/members.ts'
import { retryAfterSeconds } from '../polling/retry-after.ts'
import type { Failure, Job } from './documents.ts'

/** Those of acceptd; another server may have others. `/problems/{code}` of the server says what each means. */
export type ProblemCode =
  | 'content-too-large'
  | 'idempotency-in-progress'
  | 'idempotency-key-invalid'
  | 'idempotency-key-required'
  | 'idempotency-key-reused'
  | 'internal-error'
  | 'invalid-parameter'
  | 'job-already-terminal'
  | 'job-expired'
  | 'job-not-found'
  | 'job-not-terminal'
  | 'malformed-body'
  | 'malformed-request'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'precondition-failed'
  | 'request-header-fields-too-large'
  | 'request-timeout'
  | 'result-not-available'
  | 'result-not-ready'
  | 'route-not-found'
  | 'task-not-found'
  | 'temporary-reduced-capacity'
  | 'unauthorized'
  | 'unsupported-media-type'
  | 'validation-error'

/** One thing that is wrong with a request. */
export interface Violation {
  readonly detail: string
  /** Where in the body: a JSON Pointer in its URI fragment form. */
  readonly pointer?: string
  /** Or which query parameter. */
  readonly parameter?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed, where it is JSON. */
  readonly body: unknown
}

/** A call that did not come to its end. */
export abstract class CallError extends Error {
  /** The job that the call was waiting for, as it was when it was last seen. It goes on. */
  job: Job | undefined
}

/** The error, which knows of the job from now on. */
export function withJob(error: unknown, job: Job | undefined): unknown {
  if (error instanceof CallError) error.job = job
  return error
}

/** The server answered, and it was no success. The message is what it said. `isProblem` tells which it is. */
export class ProblemError<Code extends string = string> extends CallError {
  override readonly name = 'ProblemError'
  readonly status: number
  /** Of a server that names none: `http-` and the status. */
  readonly code: Code
  readonly type: string
  readonly title: string
  /** What the server says of it; undefined where it says nothing. */
  readonly retryable: boolean | undefined
  readonly retryAfterSeconds: number | undefined
  /** All that is wrong with the request. */
  readonly errors: readonly Violation[]
  /** Where the server keeps what it knows of this very occurrence. */
  readonly instance: string | undefined
  /** The whole document (RFC 9457), with members of its own. */
  readonly document: Readonly<Record<string, unknown>>
  /** True where the same request may have been carried out by a try before this one, whose answer was lost. */
  doubtful = false

  constructor({ status, headers, body }: Answer) {
    const document = membersOf(body)
    const { code, type, title, detail, retryable, errors, instance } = document
    const said = [detail, title].find(isText) ?? `The server answered with status ${status}`
    super(said)
    this.status = status
    this.code = (isText(code) ? code : `http-${status}`) as Code
    this.type = isText(type) ? type : 'about:blank'
    this.title = isText(title) ? title : said
    this.retryable = typeof retryable === 'boolean' ? retryable : undefined
    this.retryAfterSeconds = retryAfterSeconds(headers.get('retry-after'), Date.now(), headers.get('date'))
    this.errors = Array.isArray(errors) ? (errors as Violation[]) : []
    this.instance = isText(instance) ? instance : undefined
    this.document = document
  }
}

/** Whether it is this problem: `isProblem(error, 'validation-error')`. */
export function isProblem<Code extends ProblemCode>(error: unknown, code: Code): error is ProblemError<Code> {
  return error instanceof ProblemError && error.code === code
}

/** Nobody answered: the connection failed, broke off, or stayed silent. `cause` is what fetch said. */
export class ConnectionError extends CallError {
  override readonly name = 'ConnectionError'
}

/** The call took longer than `timeoutSeconds`. */
export class DeadlineError extends CallError {
  override readonly name = 'DeadlineError'

  constructor(seconds: number) {
    super(`It took longer than ${seconds} s`)
  }
}

/** The job ended without a result. The message is what the task said. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError'
  readonly job: Job
  readonly code: string
  readonly retryable: boolean

  constructor(job: Job) {
    const { detail, title, code, retryable }: Partial<Failure> = job.error ?? {}
    super(detail ?? title ?? 'The job failed')
    this.job = job
    this.code = code ?? 'task-failed'
    this.retryable = retryable ?? false
  }
}

/** Somebody canceled the job. */
export class JobCanceledError extends Error {
  override readonly name = 'JobCanceledError'
  readonly job: Job

  constructor(job: Job) {
    super(`Job ${job.id} was canceled`)
    this.job = job
  }
}

/** Work at another kind of server, which said that it came to a bad end. */
export class OperationFailedError extends Error {
  override readonly name = 'OperationFailedError'
  /** What the server said of it. */
  readonly document: unknown

  constructor(message: string, document: unknown) {
    super(message)
    this.document = document
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
