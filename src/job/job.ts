/** A job: one request to do a task once, as everyone above the database sees it. */
import { randomUUID } from 'node:crypto'
import type { Failure } from './failure.ts'
import type { Json } from './json.ts'
import type { Status } from './status.ts'

export interface Job {
  readonly id: string
  /** Whose job it is; nobody else can see it. */
  readonly principal: string
  readonly task: string
  /** Where it waits, or waited, for a worker; see lane.ts. */
  readonly queue: string
  readonly status: Status
  /** Rises with every change a reader can see. */
  readonly revision: number
  readonly tags: readonly string[]
  /** Higher runs first; 0 unless asked for. */
  readonly priority: number
  /** Which try this is, from 1; 0 before the first. Also the fence: only the attempt that is running may end the job. */
  readonly attempt: number
  /** Grows by one whenever an attempt ended through no fault of the task, so that none is used up. */
  readonly maxAttempts: number
  /** How often a worker died while running it. */
  readonly crashes: number
  /** 0–100, if the task reports it. */
  readonly progress?: number
  readonly progressNote?: string
  readonly createdAt: Date
  /** Not before this; after a failed attempt, when the next one is due. */
  readonly runAt: Date
  readonly startedAt?: Date
  /** It is running, but waits without a worker until then. */
  readonly resumeAt?: Date
  readonly finishedAt?: Date
  readonly updatedAt: Date
  readonly cancelRequestedAt?: Date
  /** Where its end is told of. */
  readonly callbackUrl?: string
  /** The origin of the URL that it calls. */
  readonly target?: string
  /** When a job that has ended is forgotten, with its result and its key. */
  readonly expiresAt?: Date
  /** How long after its end that is, and for how long it is then remembered as gone. */
  readonly retentionSeconds: number
  /** The result, where it is JSON and small enough to stand in the job document (INLINE_RESULT_BYTES). */
  readonly result?: Json
  /** Of a completed job. */
  readonly resultBytes?: number
  readonly failure?: Failure
  /** The database's clock when this was read: the only clock that deadlines are compared with. */
  readonly readAt: Date
}

// Past this a result is fetched from /result only, so that polling stays cheap: 32 KiB is a few network round trips.
export const INLINE_RESULT_BYTES = 32 * 1024

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * A new job id: UUID v4, whose 122 random bits nobody guesses and which tells nothing, neither when the job was submitted
 * nor how many others were (OWASP API1:2023). Lists have an order of their own.
 */
export function newJobId(): string {
  return randomUUID()
}

/** Our ids in our spelling; anything else cannot name a job. */
export function isJobId(text: string): boolean {
  return UUID.test(text)
}
