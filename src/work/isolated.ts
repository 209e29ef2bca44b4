/** Running a task once in a process of its own: what it does to its heap, its event loop or its process ends with that. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import module from 'node:module'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { failure, failureOf } from '../job/failure.ts'
import type { KnownTask } from '../job/catalogue.ts'
import type { Outcome } from '../job/settlement.ts'
import type { Assignment, Order, Report } from './isolation.ts'
import { programFile } from './program-file.ts'
import type { GivenContext, Run, RunLimits, Standing, StopReason } from './run-task.ts'

const INSIDE = programFile('work/inside')

// From being told to stop to being ended. A cancel may take some cleaning up; at a shutdown it is the time of last words
// that worker.ts gives; and where the lease is lost another worker may have begun with the job.
const PATIENCE_MS = { canceled: 5000, interrupted: 400, lost: 0, 'timed-out': 0, failed: 0 } satisfies Record<
  StopReason,
  number
>

// The last words of a V8 that finds no room, and of guard.ts.
const OUT_OF_MEMORY = /heap out of memory|invalid size error|acceptd: out of memory/
const LAST_WORDS = 10_000
const PIPE_MS = 200

export function runIsolated(
  task: KnownTask,
  input: unknown,
  context: GivenContext,
  { maxOutputBytes, isCanceled = false }: RunLimits & Standing,
): Run {
  const ended = Promise.withResolvers<Outcome>()
  const gone = Promise.withResolvers<void>()
  const silent = Promise.withResolvers<void>()
  let isOver = false
  let stopped: StopReason | undefined
  let accident: unknown
  let lastWords = ''

  let child: ChildProcess
  try {
    child = start(task.memoryMb)
  } catch (error) {
    return stillborn(error)
  }
  const timer = setTimeout(() => {
    const detail = `The attempt was ended after ${task.timeoutSeconds} s`
    end({ kind: 'failed', failure: failure('timed-out', detail, true) })
  }, task.timeoutSeconds * 1000)
  child.on('message', (report) => heed(report as Report))
  child.on('disconnect', silent.resolve)
  child.stderr?.on('data', (bytes: Buffer) => {
    process.stderr.write(bytes)
    lastWords = (lastWords + bytes.toString('latin1')).slice(-LAST_WORDS)
  })
  child.on('error', (error) => {
    fail(error)
    // It could not be started at all.
    if (child.pid === undefined) gone.resolve()
  })
  child.on('exit', (code, signal) => {
    gone.resolve()
    void conclude(code, signal)
  })
  const { log: _, progress: __, transcript: ___, ...about } = context
  const { file = '', memoryMb } = task
  tell({ kind: 'run', file, input, about, memoryMb, maxOutputBytes, isCanceled, worker: process.pid })
  if (isCanceled) stop('canceled')
  return { outcome: ended.promise, finished: gone.promise, thrown: () => accident, stop, fail }

  function tell(message: Order | Assignment): void {
    // That it could not be told means that it is ending, and then there is an event for that.
    if (child.connected) child.send(message, () => undefined)
  }

  function heed(report: Report): void {
    // What a task sends by itself has none of these kinds.
    if (report.kind === 'progress') context.progress(report.percent, report.note)
    else if (report.kind === 'transcript') context.transcript(report.what)
    else if (report.kind === 'log') context.log[report.level](report.message, report.details)
    else if (report.kind === 'ended' && !isOver) {
      accident = report.accident
      end(report.outcome)
    }
  }

  function end(outcome: Outcome): void {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    ended.resolve(outcome)
    kill(child)
  }

  function stop(reason: StopReason): void {
    stopped ??= reason
    tell({ kind: 'stop', reason })
    setTimeout(() => end(outcomeOfStop() ?? { kind: 'interrupted' }), PATIENCE_MS[reason]).unref()
  }

  function fail(error: unknown): boolean {
    if (isOver) return false
    accident = error
    end(outcomeOfStop() ?? { kind: 'failed', failure: failureOf(error) })
    return true
  }

  /** The process is gone. What it said last may be read after that; and what it has started may keep its pipe for ever. */
  async function conclude(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    await silent.promise
    if (child.stderr?.closed === false) await Promise.race([once(child.stderr, 'close'), sleep(PIPE_MS)])
    end(outcomeOfExit(code, signal))
  }

  function outcomeOfStop(): Outcome | undefined {
    if (stopped === 'canceled') return { kind: 'canceled' }
    return stopped === undefined ? undefined : { kind: 'interrupted' }
  }

  /** It has not said what came of it. */
  function outcomeOfExit(code: number | null, signal: NodeJS.Signals | null): Outcome {
    if (OUT_OF_MEMORY.test(lastWords)) {
      const detail = `The attempt needed more memory than the ${task.memoryMb} MB it may have`
      return { kind: 'failed', failure: failure('out-of-memory', detail, false) }
    }
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    const detail = `The task's process ended ${how} before the task had returned`
    return outcomeOfStop() ?? { kind: 'failed', failure: failure('task-failed', detail, true) }
  }
}

/** The system has no room for another process, say. */
function stillborn(thrown: unknown): Run {
  return {
    outcome: Promise.resolve({ kind: 'failed', failure: failureOf(thrown) }),
    finished: Promise.resolve(),
    thrown: () => thrown,
    stop: () => undefined,
    fail: () => false,
  }
}

function start(memoryMb: number): ChildProcess {
  const cache = module.getCompileCacheDir()
  return fork(INSIDE, cache === undefined ? [] : [path.dirname(cache)], {
    // Not the flags of this process: a debugger's port, --watch.
    execArgv: [`--max-old-space-size=${memoryMb}`],
    // A group of its own, so that Ctrl-C in a terminal is ours to pass on, and what it has started ends with it.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
}

/** With all that it has started. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill('SIGKILL')
  else process.kill(-child.pid, 'SIGKILL')
}
