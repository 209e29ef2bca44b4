/** Running a task once: its time limit, its signal, and the one funnel from whatever it does to an Outcome. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { KnownTask } from '../job/catalogue.ts'
import { failure, failureOf, retryAfterOf } from '../job/failure.ts'
import { isPause, type Pause } from '../job/pause.ts'
import type { Outcome } from '../job/settlement.ts'
import type { TaskContext } from '../job/task.ts'
import { check } from '../job/violations.ts'
import { outcomeOf, pausedFor, type UnfitOutput } from './output.ts'

/** Why the signal of a running task was aborted. */
export type StopReason = 'canceled' | 'interrupted' | 'timed-out' | 'lost' | 'failed'

export interface Run {
  /** Settles as soon as the outcome is known; on a timeout that is before the task has returned. */
  readonly outcome: Promise<Outcome>
  /** Settles when the task has really returned and its slot is free. */
  readonly finished: Promise<void>
  /** What was thrown, for the log. */
  readonly thrown: () => unknown
  readonly stop: (reason: StopReason) => void
  /** An error escaped the task, in a callback or a promise nobody waits for. False if its outcome was known already. */
  readonly fail: (error: unknown) => boolean
}

// What waits for a callback that threw mostly waits for ever, so its slot is free after this, returned or not: time enough
// for a task that obeys its signal.
const STRAY_MS = 2000

export interface RunLimits {
  readonly maxOutputBytes: number
}

export interface Standing {
  /** Somebody canceled the job while no worker had it. */
  readonly isCanceled?: boolean
}

/** What a task is handed, but for what comes with its run. */
export type GivenContext = Omit<TaskContext, 'signal' | 'canceled'>

export function runTask(
  task: KnownTask,
  input: unknown,
  context: GivenContext,
  { maxOutputBytes, isCanceled = false }: RunLimits & Standing,
): Run {
  const controller = new AbortController()
  const ended = Promise.withResolvers<Outcome>()
  const abandoned = Promise.withResolvers<void>()
  // Listeners of the signal are the task's: what they throw is to be told apart as what the task throws.
  const asTheTask = AsyncLocalStorage.snapshot()
  let isOver = false
  let stopped: StopReason | undefined
  let thrown: unknown

  // A task may ignore its signal; the attempt is over all the same, and what it returns later is not wanted.
  const timer = setTimeout(() => {
    // First this, then the signal: what the task throws when it hears that is not why it failed.
    const detail = `The attempt was ended after ${task.timeoutSeconds} s`
    end({ kind: 'failed', failure: failure('timed-out', detail, true) })
    stop('timed-out')
  }, task.timeoutSeconds * 1000)

  if (isCanceled) stop('canceled')
  const work = execute().then(end)
  return {
    outcome: ended.promise,
    finished: Promise.race([work, abandoned.promise]),
    thrown: () => thrown,
    stop,
    fail,
  }

  function end(outcome: Outcome): void {
    isOver = true
    clearTimeout(timer)
    ended.resolve(outcome)
  }

  function stop(reason: StopReason): void {
    stopped ??= reason
    const message = `The job's attempt was stopped: ${reason}`
    asTheTask(() => controller.abort(new DOMException(message, 'AbortError')))
  }

  function fail(error: unknown): boolean {
    if (isOver) return false
    thrown = error
    end(outcomeOfError(error))
    stop('failed')
    setTimeout(abandoned.resolve, STRAY_MS).unref()
    return true
  }

  async function execute(): Promise<Outcome> {
    try {
      // The stored input was valid when it was accepted; parsing again applies defaults and transforms, and tells
      // when a newer version of the task no longer takes it.
      const checked = check(task.input, input)
      if (!checked.ok) {
        const [first] = checked.violations
        const detail = `The stored input no longer fits the task: ${first?.pointer} ${first?.detail}`
        return { kind: 'failed', failure: failure('task-failed', detail, false) }
      }
      const { signal } = controller
      const canceled = () => stopped === 'canceled'
      return finish(await task.run(checked.value, { ...context, signal, canceled }))
    } catch (error) {
      if (!isOver) thrown = error
      return outcomeOfError(error)
    }
  }

  function outcomeOfError(error: unknown): Outcome {
    // Canceled, it has had its chance to do something about that.
    if (isPause(error) && stopped !== 'canceled') return outcomeOfPause(error)
    if (stopped === 'canceled') return { kind: 'canceled' }
    if (stopped === 'interrupted' || stopped === 'lost') return { kind: 'interrupted' }
    const retryAfterSeconds = retryAfterOf(error)
    const failed = { kind: 'failed', failure: failureOf(error) } as const
    return retryAfterSeconds === undefined ? failed : { ...failed, retryAfterSeconds }
  }

  function outcomeOfPause(wait: Pause): Outcome {
    return judged(() => pausedFor(wait, maxOutputBytes))
  }

  /** It has returned, and so it has finished, also in spite of a cancel. */
  function finish(output: unknown): Outcome {
    return judged(() => outcomeOf(task, output, maxOutputBytes))
  }

  function judged(judge: () => Outcome): Outcome {
    try {
      return judge()
    } catch (error) {
      const unfit = error as UnfitOutput
      thrown = unfit.cause
      return { kind: 'failed', failure: unfit.failure }
    }
  }
}
