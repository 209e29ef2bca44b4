/** What happened in a run, told by those outside: callers, tasks, the nemesis. All times are of clock.ts. */
export type RequestKind = 'submit' | 'read' | 'wait' | 'watch' | 'cancel' | 'retry' | 'delete' | 'list'

/** A request and its answer, or none. */
export interface Asked {
  readonly type: 'asked'
  readonly kind: RequestKind
  /** The process that was asked. */
  readonly api: string
  readonly from: number
  readonly to: number
  /** Of a submission: what it asks for; each wish has a name of its own, and repetitions have the same. */
  readonly wish?: string
  readonly key?: string
  readonly jobId?: string
  /** Absent: no answer came. */
  readonly status?: number
  readonly error?: string
  /** Of a refusal: its code and what it says. */
  readonly problem?: string
  readonly retryAfter?: number
  /** The job as the answer shows it. */
  readonly seen?: SeenJob
}

export interface SeenJob {
  readonly status: string
  readonly revision: number
  /** The result or the error, as JSON text; absent before the end. */
  readonly end?: string
}

export type FaultKind =
  | 'kill'
  | 'kill-at-point'
  | 'terminate'
  | 'pause'
  | 'database-crash'
  | 'database-restart'
  | 'database-pause'
  | 'backend-kill'
  | 'connections-terminated'
  | 'listener-terminated'
  | 'connection-delay'
  | 'connection-blackhole'
  | 'connection-reset'
  | 'reply-swallowed'

/** Something bad that was done, from when on, and until when it could be felt. */
export interface Fault {
  readonly type: 'fault'
  readonly kind: FaultKind
  /** Name of the process; absent where all felt it. */
  readonly target?: string
  readonly from: number
  readonly to: number
  readonly detail?: string
}

/** The start and the end of a process. */
export interface Life {
  readonly type: 'life'
  readonly member: string
  readonly pid: number
  readonly at: number
  readonly event: 'started' | 'ready' | 'exited'
  /** Of an exit: whether the nemesis had asked for it. */
  readonly expected?: boolean
  /** Of an exit: code, signal and the last lines it printed. */
  readonly detail?: string
}

/** What a task did, in its own words; written where no fault of ours reaches. */
export interface Deed {
  readonly type: 'deed'
  readonly at: number
  readonly pid: number
  readonly job: string
  readonly attempt: number
  readonly deed: 'began' | 'effect' | 'returned' | 'threw' | 'aborted'
  /** Of an effect, and of the result that tells of it. */
  readonly nonce?: string
}

export type Event = Asked | Fault | Life | Deed

export interface History {
  readonly asked: readonly Asked[]
  readonly faults: readonly Fault[]
  readonly lives: readonly Life[]
  readonly deeds: readonly Deed[]
}
