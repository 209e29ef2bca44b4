/** Waiting for somebody else, without a worker: what a task throws for it. */
import type { Json } from './json.ts'

export interface PauseOptions {
  /** Until the task is to be asked again: 1 second to a day. */
  readonly seconds: number
  /** For then: what it is handed as `context.state`. */
  readonly state: Json
}

/** By shape and not by class, as with TaskError: a tasks folder may have its own copy of this package. */
export interface Pause extends Error, PauseOptions {
  readonly name: 'TaskPause'
}

// What goes on sooner might as well have waited; what goes on later is a job of its own, with a runAt.
const SECONDS = { least: 1, most: 86_400 }

/**
 * `throw pause({ seconds: 30, state })`: the job goes on running, but takes up no worker. After that time `run` is called
 * again, by any worker: the same attempt, with `context.state`. For work that goes on elsewhere and is looked at now and then.
 * @throws TypeError where `seconds` is no number
 */
export function pause({ seconds, state }: PauseOptions): Pause {
  if (!Number.isFinite(seconds)) throw new TypeError('seconds must be a number')
  const bounded = Math.min(Math.max(seconds, SECONDS.least), SECONDS.most)
  const error = new Error(`The task waits for ${bounded} s`)
  return Object.assign(error, { name: 'TaskPause' as const, seconds: bounded, state })
}

export function isPause(thrown: unknown): thrown is Pause {
  try {
    return Error.isError(thrown) && thrown.name === 'TaskPause' && 'seconds' in thrown && 'state' in thrown
  } catch {
    // A getter that throws; then it was no pause.
    return false
  }
}
