/** What a client can do. */
import type { Attempt, Filters, Job, TaskDocument } from './documents.ts'
import type { CallOptions } from './patience.ts'
import type { SubmitOptions } from './submission.ts'
import type { InputOf, OutputOf, Tasks } from './typing.ts'
import type { WaitOptions } from './wait.ts'

export interface ClientOptions extends CallOptions {
  /** Where the API is, with its prefix if it has one. Unless set: the page's own server in a browser, else http://localhost:3000. */
  readonly url?: string | URL | undefined
  /** Where the API asks for one; sent to no other origin. */
  readonly apiKey?: string | undefined
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** In place of the global one. */
  readonly fetch?: typeof fetch | undefined
}

/** A job, or its id, or its address. */
export type JobReference<Output = unknown> = string | Pick<Job<Output>, 'id' | 'result'>

export type Submitted<Output> = Job<Output> & {
  /** The key had been used for the same: this is that job. Also where the first answer was lost. */
  readonly replayed: boolean
}

/**
 * Each call takes a signal, a deadline and for how long to try again; those given to `client` hold for each call by itself.
 * All may throw a CallError, which is a ProblemError (the server said no), a ConnectionError (nobody answered) or a
 * DeadlineError; and the signal's reason.
 */
export interface Client<T extends Tasks<T>> {
  /** Has a job accepted, exactly once: it makes an idempotency key by itself, with which it can send the same again. */
  submit<Name extends keyof T & string>(
    task: Name,
    input: InputOf<T, Name>,
    options?: SubmitOptions & CallOptions,
  ): Promise<Submitted<OutputOf<T, Name>>>

  /**
   * Submits a job, waits for its end, and gives its result.
   * @throws JobFailedError, JobCanceledError; CallError with the job, which goes on
   */
  run<Name extends keyof T & string>(
    task: Name,
    input: InputOf<T, Name>,
    options?: SubmitOptions & WaitOptions & CallOptions,
  ): Promise<OutputOf<T, Name>>

  /** The job as it is. */
  get<Output>(job: JobReference<Output>, options?: CallOptions): Promise<Job<Output>>

  /** The job once it is done, however it ended. @throws CallError with the job as it was last seen */
  wait<Output>(job: JobReference<Output>, options?: WaitOptions & CallOptions): Promise<Job<Output>>

  /** The result; JSON as what it says, anything else as a ResultFile. Waits while there is none yet, as long as it tries again. */
  result<Output>(job: JobReference<Output>, options?: CallOptions): Promise<Output>

  /** The job canceled, or being told so (`cancelRequestedAt`). @throws ProblemError `job-already-terminal` */
  cancel<Output>(job: JobReference<Output>, options?: CallOptions): Promise<Job<Output>>

  /** Runs a failed or canceled job again, as the same job, once. @throws ProblemError `job-not-terminal` */
  retry<Output>(job: JobReference<Output>, options?: CallOptions): Promise<Job<Output>>

  /** Deletes a job that has ended, with its result and its key. @throws ProblemError `job-not-terminal` */
  delete(job: JobReference, options?: CallOptions): Promise<void>

  /** The job as it is, and then at each change until it is done. Goes on where a connection breaks off. */
  events<Output>(
    job: JobReference<Output>,
    options?: CallOptions,
  ): AsyncGenerator<Job<Output>, void, undefined>

  /** One's own jobs, newest first, page after page; without results. */
  list(filters?: Filters, options?: CallOptions): AsyncGenerator<Job, void, undefined>

  /** Every attempt at the job, oldest first. */
  attempts(job: JobReference, options?: CallOptions): Promise<readonly Attempt[]>

  /** The kinds of work there are. */
  tasks(options?: CallOptions): Promise<readonly TaskDocument[]>
}
