/** A request that HTTP itself refuses; what is wrong with a job is a JobError. */
import type { ProblemCode } from './problem-types.ts'

export interface ParameterError {
  readonly detail: string
  /** The query parameter. */
  readonly parameter: string
}

export interface HttpErrorOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly parameters?: readonly ParameterError[]
}

export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: ProblemCode
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: readonly ParameterError[] | undefined

  /** The message is a sentence for the caller. */
  constructor(code: ProblemCode, message: string, options: HttpErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.headers = options.headers ?? {}
    this.parameters = options.parameters
  }
}
