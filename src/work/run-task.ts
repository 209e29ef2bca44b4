/** Running a task once: its time limit, its signal, and the one funnel from whatever it does to an Outcome. */
import type { KnownTask } from '../job/catalogue.ts'
import { failure, failureOf } from '../job/failure.ts'
import type { Outcome } from '../job/settlement.ts'
import type { TaskContext } from '../job/task.ts'
import { check } from '../job/violations.ts'
import { outcomeOf, type UnfitOutput } from './output.ts'

/** Why the signal of a running task was aborted. */
export type StopReason = 'canceled' | 'interrupted' | 'timed-out' | 'lost'

export interface Run {
  /** Settles as soon as the outcome is known; on a timeout that is before the task has returned. */
  readonly outcome: Promise<Outcome>
  /** Settles when the task has really returned and its slot is free. */
  readonly finished: Promise<void>
  /** What was thrown, for the log. */
  readonly thrown: () => unknown
  readonly stop: (reason: StopReason) => void
}

export interface RunLimits {
  readonly maxOutputBytes: number
}

export function runTask(
  task: KnownTask,
  input: unknown,
  context: Omit<TaskContext, 'signal'>,
  { maxOutputBytes }: RunLimits,
): Run {
  const controller = new AbortController()
  const timedOut = Promise.withResolvers<Outcome>()
  let stopped: StopReason | undefined
  let thrown: unknown

  const stop = (reason: StopReason) => {
    stopped ??= reason
    controller.abort(new DOMException(`The job's attempt was stopped: ${reason}`, 'AbortError'))
  }
  // A task may ignore its signal; the attempt is over all the same, and what it returns later is not wanted.
  const timer = setTimeout(() => {
    // First this, then the signal: what the task throws when it hears that is not why it failed.
    const detail = `The attempt was ended after ${task.timeoutSeconds} s`
    timedOut.resolve({ kind: 'failed', failure: failure('timed-out', detail, true) })
    stop('timed-out')
  }, task.timeoutSeconds * 1000)

  const work = execute().finally(() => clearTimeout(timer))
  return {
    outcome: Promise.race([work, timedOut.promise]),
    finished: work.then(() => undefined),
    thrown: () => thrown,
    stop,
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
      return finish(await task.run(checked.value, { ...context, signal: controller.signal }))
    } catch (error) {
      thrown = error
      if (stopped === 'canceled') return { kind: 'canceled' }
      if (stopped === 'interrupted' || stopped === 'lost') return { kind: 'interrupted' }
      return { kind: 'failed', failure: failureOf(error) }
    }
  }

  /** It has returned, and so it has finished, also in spite of a cancel. */
  function finish(output: unknown): Outcome {
    try {
      return outcomeOf(task, output, maxOutputBytes)
    } catch (error) {
      const unfit = error as UnfitOutput
      thrown = unfit.cause
      return { kind: 'failed', failure: unfit.failure }
    }
  }
}
