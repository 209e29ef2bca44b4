/** What the bench knows of whoever takes part: how to start it, and what it can be asked to do. */
import type { Transaction } from '../load/load.ts'
import type { Api, Started, Worker, WorkOptions } from './started.ts'

export type MeasureName =
  'submit' | 'submit-keyed' | 'plain-transaction' | 'latency' | 'drain' | 'poll' | 'idle' | 'disk'

/** Whom the others are compared to. */
export const ACCEPTD = 'acceptd'

export interface Contestant {
  readonly name: string
  readonly measures: readonly MeasureName[]
  /** Jobs it is asked to drain at most, where it would take minutes. */
  readonly drainsAtMost?: number
  /** Why it cannot take part on this machine. */
  readonly missing?: () => string | undefined
  /** Starts its store, empty, in this folder. What it starts, then and later, ends with `started`. */
  readonly open: (folder: string, started: Started) => Promise<Stand>
}

/** A contestant with its store running, and what it can be asked for. */
export interface Stand {
  /** Starts the API, without a worker. */
  readonly serve?: () => Promise<Api>
  /** Starts a worker that runs jobs of either task. */
  readonly work?: (options: WorkOptions) => Promise<Worker>
  /** Enqueues so many `noop` jobs. */
  readonly fill?: (jobs: number) => Promise<void>
  /** How many jobs the store says have not ended. */
  readonly remaining?: () => Promise<number>
  /** What became of the `stamp` jobs. */
  readonly traces?: () => Promise<readonly Trace[]>
  /** How large all its tables and indexes are. */
  readonly bytes?: () => Promise<number>
  /** How many transactions the database has ended so far. */
  readonly transactions?: () => Promise<number>
  /** For comparison with no server at all. */
  readonly transaction?: Transaction
  /** Starts the API and a worker in one process, with the tasks of this folder. */
  readonly serveAll?: (tasks: string) => Promise<void>
}

/** One `stamp` job; times in milliseconds since 1970. */
export interface Trace {
  readonly n: number
  /** By the clock of the worker, when the task began. */
  readonly startedAt: number
  /** By the store. */
  readonly finishedAt: number
}
