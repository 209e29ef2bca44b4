/** What a worker and the process of an isolated attempt say to each other: JSON, over the channel Node gives them. */
import type { Outcome } from '../job/settlement.ts'
import type { TaskLog } from '../job/task.ts'
import type { Json } from '../job/json.ts'
import type { GivenContext, StopReason } from './run-task.ts'

/** The first that is said. */
export interface Assignment {
  readonly kind: 'run'
  readonly file: string
  /** As it was stored. It is checked again in there: what a schema makes of it need not be anything that can be sent. */
  readonly input: unknown
  readonly about: About
  readonly memoryMb: number
  /** The worker's process: without it there is nobody to say the end to. */
  readonly worker: number
  readonly maxOutputBytes: number
  readonly isCanceled: boolean
}

/** What of its context can be sent. */
export type About = Pick<GivenContext, 'jobId' | 'attempt' | 'principal' | 'traceparent' | 'state'>

export interface Order {
  readonly kind: 'stop'
  readonly reason: StopReason
}

export type Report =
  | { readonly kind: 'progress'; readonly percent: number; readonly note?: string }
  | {
      readonly kind: 'log'
      readonly level: keyof TaskLog
      readonly message: string
      readonly details?: object
    }
  | { readonly kind: 'transcript'; readonly what: Json }
  /** Judged in there as anywhere; `accident` is for the log. */
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly accident?: unknown }
