/** Why an attempt or a job failed, in the words a client may see. */

export interface Failure {
  /** Stable and machine-readable: one of FAILURES, or the task's own. */
  readonly code: string
  readonly title: string
  readonly detail: string
  /** Whether running the job again, unchanged, may succeed. */
  readonly retryable: boolean
}

/** The codes the service itself gives; a task may add its own through TaskError. */
export const FAILURES = {
  'task-failed': 'The task failed',
  'invalid-output': 'The task returned something its output schema does not allow',
  'output-not-serialisable': 'The task returned something that cannot be kept as JSON',
  'output-too-large': 'The task returned more than may be kept',
  'out-of-memory': 'The task needed more memory than it may have',
  'timed-out': 'The task took longer than its timeout',
  crashed: 'The worker died each time it ran this job',
  // Of tasks that call somebody.
  timeout: 'The call was not answered in time',
  'connection-error': 'The connection to the callee failed',
  'dns-error': 'No address was found for the callee',
  'tls-error': 'No connection to the callee could be trusted',
  'http-client-error': 'The callee did not take the request',
  'http-server-error': 'The callee could not handle the request',
  'assertion-failed': 'The answer was not the one that was expected',
  'callee-failed': 'The callee accepted the work and failed at it',
  'blocked-address': 'The address may not be called',
  'response-too-large': 'The answer was larger than may be read',
  'circuit-open': 'Calls to the callee were off for too long',
} as const satisfies Record<string, string>

export type FailureCode = keyof typeof FAILURES

export interface TaskErrorOptions extends ErrorOptions {
  /** Lower case with dashes, such as `no-such-account`. */
  readonly code?: string
  /** False for what no further attempt can mend; the job then fails at once. */
  readonly retryable?: boolean
  /** How long until the next attempt, where somebody said so: a Retry-After, say. At most a day. */
  readonly retryAfterSeconds?: number | undefined
}

/**
 * Thrown by a task to say, in a sentence meant for the client, why it cannot go on. Any other error is taken for an
 * accident: its text goes to the log only, for it may hold SQL, paths or secrets.
 */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: string
  readonly retryable: boolean
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    { code = 'task-failed', retryable = true, retryAfterSeconds, ...options }: TaskErrorOptions = {},
  ) {
    super(message, options)
    if (!CODE.test(code)) throw new TypeError(`"${code}" is not a failure code: use lower case and dashes`)
    this.code = code
    this.retryable = retryable
    this.retryAfterSeconds = retryAfterSeconds
  }
}

// Lower case with dashes, at most 64 characters.
const CODE = /^(?=.{1,64}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_DETAIL = 2000
// A day. Who says more has made a mistake, or means never.
const MAX_RETRY_AFTER_SECONDS = 86_400

export function failure(code: FailureCode, detail: string, retryable: boolean): Failure {
  return { code, title: FAILURES[code], detail: clean(detail), retryable }
}

/** The failure that whatever a task threw amounts to. Never throws itself, whatever that is. */
export function failureOf(thrown: unknown): Failure {
  try {
    if (isTaskError(thrown)) return failureOfTaskError(thrown)
  } catch {
    // A getter or a proxy that throws; then it was no TaskError.
  }
  return failure('task-failed', 'The task ended with an unexpected error; the server log says more', true)
}

/** When the next attempt is wanted, in seconds from now; undefined where what was thrown says nothing of that. */
export function retryAfterOf(thrown: unknown): number | undefined {
  try {
    const seconds = isTaskError(thrown) ? thrown.retryAfterSeconds : undefined
    return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) : undefined
  } catch {
    return undefined
  }
}

function failureOfTaskError({ code, message, retryable }: TaskError): Failure {
  const title = Object.hasOwn(FAILURES, code) ? FAILURES[code as FailureCode] : FAILURES['task-failed']
  return { code, title, detail: clean(message), retryable }
}

// By shape, not by instanceof: a tasks folder may have its own copy of this package, or run in a realm of its own.
function isTaskError(thrown: unknown): thrown is TaskError {
  if (!Error.isError(thrown) || thrown.name !== 'TaskError') return false
  const { code, message, retryable } = thrown as Partial<Record<keyof TaskError, unknown>>
  return (
    typeof code === 'string' &&
    CODE.test(code) &&
    typeof message === 'string' &&
    typeof retryable === 'boolean'
  )
}

/** Text the database can keep, at a length a person would read. */
function clean(text: string): string {
  // Cut first: there are messages of a hundred megabytes.
  const end = text.length <= MAX_DETAIL ? '' : '…'
  return `${text.slice(0, MAX_DETAIL).toWellFormed().replaceAll('\u0000', '\uFFFD')}${end}`
}
