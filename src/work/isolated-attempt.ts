/** An isolated attempt, from the inside: a process that runs one task once, says what came of it, and is gone. */
import { Worker } from 'node:worker_threads'
import { failureOf } from '../job/failure.ts'
import type { Json } from '../job/json.ts'
import { loggable } from '../job/loggable.ts'
import { nextProgress, type Progress } from '../job/progress.ts'
import type { Outcome } from '../job/settlement.ts'
import type { TaskLog } from '../job/task.ts'
import { accidentIn } from './accident.ts'
import type { Assignment, Order, Report } from './isolation.ts'
import { programFile } from './program-file.ts'
import { runTask, type Run, type StopReason } from './run-task.ts'
import { importTask } from './task-file.ts'

// As often as the worker saves it.
const PROGRESS_MS = 250

/** Waits for the assignment, and does it. */
export function obey(): void {
  let run: Run | undefined
  let stopped: StopReason | undefined
  process.on('message', (said: Assignment | Order) => {
    if (said.kind === 'run') void attempt(said)
    else if (run) run.stop(said.reason)
    else stopped = said.reason
  })
  process.on('disconnect', die)
  // A supervisor tells all processes to stop; when this one does, the worker decides.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  for (const origin of ['uncaughtException', 'unhandledRejection'] as const) process.on(origin, escaped)

  async function attempt(assignment: Assignment): Promise<void> {
    const { file, input, about, maxOutputBytes, isCanceled } = assignment
    guard(assignment)
    try {
      const task = await importTask(file)
      const context = { ...about, progress: progressReporter(), log: taskLog, transcript }
      run = runTask(task, input, context, { maxOutputBytes, isCanceled })
      if (stopped !== undefined) run.stop(stopped)
      end(await run.outcome, run.thrown())
    } catch (error) {
      end({ kind: 'failed', failure: failureOf(error) }, error)
    }
  }

  function escaped(error: unknown): void {
    if (run) run.fail(error)
    else end({ kind: 'failed', failure: failureOf(error) }, error)
  }
}

function end(outcome: Outcome, thrown: unknown): void {
  const accident = accidentIn(thrown)
  const report: Report = {
    kind: 'ended',
    outcome,
    ...(accident === undefined ? {} : { accident: loggable(accident) }),
  }
  say(report)
}

/** At once, and with all that the task has started. */
function die(): void {
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL')
}

function guard({ worker, memoryMb }: Assignment): Worker {
  return new Worker(programFile('work/guard'), { workerData: { worker, memoryMb } })
}

/** By the clock, not by a timer: a task that never lets go of the event loop shows its progress all the same. */
function progressReporter(): (percent: number, note?: string) => void {
  let latest: Progress | undefined
  let sentAt = -Infinity
  let timer: NodeJS.Timeout | undefined
  const send = () => {
    clearTimeout(timer)
    timer = undefined
    sentAt = performance.now()
    if (latest) say({ kind: 'progress', ...latest })
  }
  return (percent, note) => {
    latest = nextProgress(latest, percent, note)
    if (performance.now() - sentAt >= PROGRESS_MS) send()
    else timer ??= setTimeout(send, PROGRESS_MS)
  }
}

function transcript(what: Json): void {
  say({ kind: 'transcript', what: loggable(what) })
}

const taskLog: TaskLog = {
  info: logger('info'),
  warn: logger('warn'),
  error: logger('error'),
}

function logger(level: keyof TaskLog): TaskLog['info'] {
  return (message, details) => {
    // As plain data: what a task wants logged need not be anything that can be sent.
    const shown = details === undefined ? {} : { details: loggable(details) as object }
    say({ kind: 'log', level, message: loggable(message) as string, ...shown })
  }
}

function say(report: Report): void {
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined)
}
