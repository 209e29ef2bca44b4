/** What the API says, as types: jobs, attempts, tasks. All times are RFC 3339 in UTC. */

export type Status = 'pending' | 'running' | 'completed' | 'failed' | 'canceled'

/** A job as it was when it was asked for. */
export interface Job<Output = unknown> {
  readonly id: string
  readonly task: string
  readonly status: Status
  /** Completed, failed or canceled: the status will not change any more, unless somebody has the job run again. */
  readonly done: boolean
  /** Which try this is; 0 before the first. */
  readonly attempt: number
  readonly maxAttempts: number
  /** 0 to 100, if the task reports it. */
  readonly progress?: number | undefined
  readonly progressNote?: string | undefined
  readonly priority: number
  readonly tags: readonly string[]
  readonly createdAt: string
  /** Not before this; after a failed attempt, when the next one is due. */
  readonly runAt: string
  readonly nextAttemptAt?: string | undefined
  readonly startedAt?: string | undefined
  readonly finishedAt?: string | undefined
  readonly updatedAt: string
  /** When the job is forgotten, with its result and its key; once it is done. */
  readonly expiresAt?: string | undefined
  readonly callbackUrl?: string | undefined
  readonly cancelRequestedAt?: string | undefined
  /** Of a completed job, where it is JSON of at most 32 KiB; `result(job)` gets any. Never in lists. */
  readonly result?: Output | undefined
  /** Of a failed job. */
  readonly error?: Failure | undefined
  readonly links: Links
}

export interface Failure {
  readonly type: string
  readonly title: string
  readonly detail: string
  /** Stable: such as `task-failed`, `timed-out`, `crashed`, or one of the task's own. */
  readonly code: string
  /** Whether running the job again may succeed. */
  readonly retryable: boolean
}

export interface Links {
  readonly self: string
  readonly result: string
  readonly events: string
  readonly attempts: string
  readonly deliveries?: string | undefined
  readonly cancel?: string | undefined
  readonly retry?: string | undefined
}

/** One try at a job. */
export interface Attempt {
  readonly attempt: number
  readonly outcome: 'running' | 'completed' | 'failed' | 'interrupted' | 'crashed' | 'canceled'
  readonly worker?: string | undefined
  readonly startedAt: string
  readonly endedAt?: string | undefined
  readonly error?: Failure | undefined
  /** Why there was another attempt, or none. */
  readonly reason?: string | undefined
  readonly transcript?: unknown
  readonly nextAttemptAt?: string | undefined
}

/** A kind of work. */
export interface TaskDocument {
  readonly name: string
  readonly summary: string
  readonly description?: string | undefined
  readonly deprecated?: boolean | undefined
  /** JSON Schema. */
  readonly input: Readonly<Record<string, unknown>>
  readonly output: Readonly<Record<string, unknown>>
  readonly example?: unknown
  readonly requiresIdempotencyKey: boolean
  readonly lane: string
  readonly concurrency?: number | undefined
  readonly maxAttempts: number
  readonly timeoutSeconds: number
  readonly typicalDurationSeconds: number
  readonly links: { readonly self: string }
}

/** A result that is a file. */
export interface ResultFile {
  readonly fileName: string | undefined
  readonly mediaType: string
  readonly blob: Blob
}

/** Which jobs a list has: those that pass all that are given. */
export interface Filters {
  readonly status?: Status | undefined
  readonly task?: string | undefined
  readonly tag?: string | undefined
  /** Of the failure. */
  readonly code?: string | undefined
  /** Scheme, host and port of the URL that the job calls. */
  readonly origin?: string | undefined
  /** That time or later. */
  readonly createdAfter?: string | undefined
  readonly createdBefore?: string | undefined
}
