/** One attempt at one job, from the claim to the settled outcome, with its line in the log. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from 'pino'
import { storedRetryFor, type KnownTask } from '../job/catalogue.ts'
import type { Json } from '../job/json.ts'
import { traceparentOf } from '../job/traceparent.ts'
import { failure } from '../job/failure.ts'
import { jsonText } from '../job/plain-json.ts'
import { loggable } from '../job/loggable.ts'
import { openInput } from '../job/sealing.ts'
import type { Outcome } from '../job/settlement.ts'
import type { TaskLog } from '../job/task.ts'
import { isRefusedValue, isTooLarge } from '../store/outage.ts'
import { saveProgress } from '../store/running.ts'
import type { StartedJob } from '../store/starts.ts'
import { accidentIn } from './accident.ts'
import type { WorkDeps } from './deps.ts'
import { runIsolated } from './isolated.ts'
import { progressWriter } from './progress-writer.ts'
import { runTask, type RunLimits, type StopReason } from './run-task.ts'
import { settle, settlePatiently } from './settle.ts'

// Some pages of text: for a person who looks for what went wrong.
const MAX_TRANSCRIPT_BYTES = 256 * 1024

export interface RunningAttempt {
  /** The job's id. */
  readonly job: string
  /** The task's name. */
  readonly task: string
  readonly attempt: number
  /** It runs in a process of its own. */
  readonly isIsolated: boolean
  /** The outcome is written, or the attempt lost its job. Never rejects. */
  readonly settled: Promise<void>
  /** The task has returned: its slot is free. Never rejects. */
  readonly returned: Promise<void>
  readonly stop: (reason: StopReason) => void
  /** Settles what is known by now; else gives the job back as it is, without using up the attempt. */
  handBack(): Promise<void>
}

export interface AttemptRunner {
  run(task: KnownTask, job: StartedJob): RunningAttempt
  /** Ends the attempt whose task let this error escape; call it where the error arrived. False if it was no task's. */
  blame(error: unknown): boolean
}

export function attemptRunner(deps: WorkDeps, parent: Logger, limits: RunLimits): AttemptRunner {
  // Whose task is being run, in all that it calls, awaits and is called back for; and nobody's, in what it has us do.
  const blamed = new AsyncLocalStorage<(error: unknown) => void>()
  const asOurselves = AsyncLocalStorage.snapshot()
  return { run, blame }

  function blame(error: unknown): boolean {
    const escaped = blamed.getStore()
    if (escaped) asOurselves(escaped, error)
    return escaped !== undefined
  }

  function run(task: KnownTask, job: StartedJob): RunningAttempt {
    const { id, attempt, principal, checkpoint } = job
    const input = openInput(task, deps.sealer, job.input, id)
    const log = parent.child({ job: id, task: task.name, attempt }, { serializers: { err: loggable } })
    const givingUp = new AbortController()
    let known: Outcome | undefined
    const began = performance.now()
    const progress = progressWriter(
      (latest) => saveProgress(deps.db, id, attempt, latest).then(() => deps.signals.changed(id)),
      (error) => log.debug({ err: error }, 'progress was not saved'),
    )
    const report = (...what: Parameters<typeof progress.report>) => asOurselves(progress.report, ...what)
    let transcript: string | undefined
    const context = {
      jobId: id,
      attempt,
      principal,
      traceparent: traceparentOf(job),
      ...(checkpoint ? { state: checkpoint[0] } : {}),
      log: taskLog(log),
      progress: report,
      transcript: (what: Json) => {
        try {
          transcript = jsonText(what, MAX_TRANSCRIPT_BYTES)
        } catch (error) {
          log.warn({ err: error }, 'the transcript is not one that can be kept')
        }
      },
    }
    const running = blamed.run(escaped, () =>
      (task.isolate ? runIsolated : runTask)(task, input, context, {
        ...limits,
        isCanceled: job.cancelRequested,
      }),
    )
    const settled = running.outcome.then(conclude)
    const about = { job: id, task: task.name, attempt, isIsolated: task.isolate }
    return { ...about, settled, returned: running.finished, stop: running.stop, handBack }

    function escaped(error: unknown): void {
      if (running.fail(error)) return
      const accident = accidentIn(error)
      if (accident !== undefined) log.error({ err: accident }, 'an error escaped the task after its attempt')
    }

    async function conclude(outcome: Outcome): Promise<void> {
      known = outcome
      await progress.stop()
      try {
        const result = await write(outcome)
        const line = {
          outcome: outcome.kind,
          move: result?.move ?? 'lost',
          ms: Math.round(performance.now() - began),
        }
        if (outcome.kind === 'failed') {
          const { code, detail } = outcome.failure
          log.warn({ ...line, code, detail, err: accidentIn(running.thrown()) }, 'attempt')
        } else if (outcome.kind === 'paused') {
          // The attempt goes on: thousands that wait would fill the log with their looks.
          log.debug(line, 'attempt')
        } else log.info(line, 'attempt')
      } catch (error) {
        log.error({ err: error, outcome: outcome.kind }, 'attempt could not be settled')
      }
    }

    async function write(outcome: Outcome) {
      try {
        return await settlePatiently(givingUp.signal, deps, job, outcome, told())
      } catch (error) {
        const code = isTooLarge(error) ? 'output-too-large' : 'output-not-serialisable'
        const isRefused = code === 'output-too-large' || isRefusedValue(error)
        if (!isRefused || outcome.kind !== 'completed') throw error
        // The database will not have this result. Left alone the job would say "running" for as long as we live.
        log.error({ err: error }, 'result could not be stored')
        const unstorable = failure(code, 'The database did not take it; the server log says why', false)
        return settle(deps, job, { kind: 'failed', failure: unstorable }, told())
      }
    }

    function told() {
      const retry = storedRetryFor(task, input)
      return transcript === undefined ? { retry } : { retry, transcript }
    }

    async function handBack(): Promise<void> {
      givingUp.abort()
      try {
        const result = await settle(deps, job, known ?? { kind: 'interrupted' }, told())
        if (result) log.info({ move: result.move }, 'handed back')
      } catch (error) {
        // The sweeper of another process will find it without a worker.
        log.error({ err: error }, 'could not hand the job back')
      }
    }
  }
}

function taskLog(log: Logger): TaskLog {
  return {
    // Under a name of their own: the author's `attempt` or `task` must not stand in the line beside ours.
    info: (message, details) => log.info({ details: shown(details) }, text(message)),
    warn: (message, details) => log.warn({ details: shown(details) }, text(message)),
    error: (message, details) => log.error({ details: shown(details) }, text(message)),
  }
}

function shown(details: unknown): unknown {
  return details === undefined ? undefined : loggable(details)
}

// A task may be written in JavaScript, where nobody minds what a message is.
function text(message: unknown): string {
  const plain = loggable(message)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
