/** A task: a kind of work, as its author writes it. */
import type { z } from 'zod'
import type { Json } from './json.ts'
import type { RetryPolicy } from './retry.ts'

export interface TaskContext {
  /** Aborts when the job is canceled, the attempt times out, or the worker must stop. Pass it on to whatever waits. */
  readonly signal: AbortSignal
  /** Whether it has aborted because somebody canceled the job: time to have others stop what they do for it. */
  readonly canceled: () => boolean
  /** Which try this is, from 1. */
  readonly attempt: number
  /** Hand this downstream as an idempotency key: every attempt at the job has the same one. */
  readonly jobId: string
  /** Whose job it is. */
  readonly principal: string
  /** W3C Trace Context of the job; for requests of yours keep its trace id and give each a parent id of its own. */
  readonly traceparent: string
  /** What this attempt left when it threw `pause(…)`, or one before it that was cut off; absent at first. */
  readonly state?: Json | undefined
  /** What GET /jobs/{id}/attempts is to show of this attempt as `transcript`; the last that was said counts. */
  readonly transcript: (what: Json) => void
  /** Says how far the work is, 0–100, and where, in a few words. Cheap: call it as often as you like. */
  readonly progress: (percent: number, note?: string) => void
  readonly log: TaskLog
}

/** Lines in the server's log, marked with the job and the attempt. */
export interface TaskLog {
  readonly info: (message: string, details?: object) => void
  readonly warn: (message: string, details?: object) => void
  readonly error: (message: string, details?: object) => void
}

export interface TaskDefinition<I extends z.ZodType, O extends z.ZodType> {
  /** One line for lists and docs. */
  readonly summary: string
  readonly description?: string
  /** Members it does not name are refused, unless the object is a z.looseObject. */
  readonly input: I
  readonly output: O
  /** An input that works, for the docs. Made from the schema where it is left out. */
  readonly example?: z.input<I>
  readonly retry?: Partial<RetryPolicy>
  /** Jobs of one lane share a worker's slots; a full lane holds up nobody in another. `default` unless set. */
  readonly lane?: string
  /** How many jobs of this task at once in a worker process, where that is to be fewer than its lane has slots. */
  readonly concurrency?: number
  /** An attempt that takes longer is ended and counts as failed. 15 minutes unless set. */
  readonly timeoutSeconds?: number
  /** How long a job usually takes; what the first clients are told to wait. 3 s unless set. */
  readonly typicalSeconds?: number
  /** How long a job is kept after its end, instead of what ACCEPTD_RETENTION_SECONDS says. */
  readonly retentionSeconds?: number
  /** True: a submission without an Idempotency-Key is refused. For work that must not be done twice. */
  readonly requiresIdempotencyKey?: boolean
  /** Each attempt runs in a process of its own, which is ended at the timeout: for work that might hog the processor or memory. */
  readonly isolate?: boolean
  /** What such a process may take, beside what Node itself needs. 256 unless set. */
  readonly memoryMb?: number
  /** The task should not be used any more. It goes on working; clients are told by headers, and the docs strike it out. */
  readonly deprecated?: Deprecation
  /** The member of the input with the URL that the task calls: checked when a job is submitted, and calls to the same origin share a circuit. */
  readonly target?: string
  /** Plain http only to private hosts, where these may be called. */
  readonly targetIsSecure?: boolean
  /** Where to tell of the end of its jobs, where a submission does not say. */
  readonly callbackUrl?: string
  /** Objects `{"secret": "…"}` in the input are stored encrypted. The task gets them as they were sent. */
  readonly sealsSecrets?: boolean
  // Methods, not properties: their parameters are then checked bivariantly, so that every Task fits AnyTask.
  /** What of the retry policy is different for a job with this input. */
  retryOf?(input: z.output<I>): Partial<RetryPolicy> | undefined
  run(input: z.output<I>, context: TaskContext): z.input<O> | Promise<z.input<O>>
}

export interface Deprecation {
  /** Since when: a time with its zone (RFC 9745). */
  readonly since: string
  /** When it may stop working, not before `since` (RFC 8594). */
  readonly sunset?: string
  /** A page that says what to use instead. */
  readonly see?: string
}

export interface Task<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends TaskDefinition<I, O> {
  readonly [TASK]: true
  readonly lane: string
  readonly retry: RetryPolicy
  readonly timeoutSeconds: number
  readonly typicalSeconds: number
  readonly isolate: boolean
  readonly memoryMb: number
}

export type AnyTask = Task

// A registered symbol: a tasks folder may have its own copy of this package, whose tasks are tasks all the same.
export const TASK = Symbol.for('acceptd.task')

export function isTask(value: unknown): value is AnyTask {
  return typeof value === 'object' && value !== null && TASK in value
}
