/** A worker: keeps its lease, claims while it has free slots, runs, settles, and drains when asked to stop. */
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import type { Logger } from 'pino'
import type { Catalogue } from '../job/catalogue.ts'
import { laneOf } from '../job/lane.ts'
import { expectTasks } from '../store/learning.ts'
import type { OwnJob, Pulse } from '../store/pulse.ts'
import type { TaskQueue } from '../store/queues.ts'
import type { AttemptName } from '../store/settling.ts'
import type { StartedJob } from '../store/starts.ts'
import { enrolWorker, removeWorker } from '../store/workers.ts'
import { attemptRunner, type RunningAttempt } from './attempt.ts'
import { claim } from './claim.ts'
import type { WatchDeps } from './deps.ts'
import type { Gate } from './gate.ts'
import { handBack } from './hand-back.ts'
import { lanesOf } from './lanes.ts'
import { purge, PURGE_EVERY_MS } from './purge.ts'
import { slotsFor } from './slots.ts'
import { ticker } from './ticker.ts'
import { unknownTasks } from './unknown-tasks.ts'
import { watchman } from './watchman.ts'

export interface WorkerOptions {
  readonly gate: Gate
  readonly catalogue: Catalogue
  readonly log: Logger
  /** Which queues to serve; where the tasks' jobs may wait. */
  readonly queues: readonly TaskQueue[]
  /** How many jobs of a lane at once. */
  readonly slotsOf: (lane: string) => number
  readonly graceSeconds: number
  readonly maxOutputBytes: number
}

export interface Worker {
  /** Jobs may be due in these queues. */
  readonly wake: (queues: Iterable<string>) => void
  /** Somebody asked to cancel this job, which may be ours. */
  readonly cancel: (jobId: string) => void
  /** Signals may have been missed. */
  readonly catchUp: () => void
  /** A circuit has opened or closed. */
  readonly lookAtGate: () => void
  /** Ends the attempt whose task let this error escape; false if it was no task's. */
  readonly blame: (error: unknown) => boolean
  /** Takes no more, gives what is running its grace, hands the rest back. */
  readonly stop: () => Promise<void>
}

// Of jobs, in one line of the log.
const MOST_NAMED = 20
// After the grace: time for tasks that obey their signal to return.
const LAST_WORDS_MS = 500

export async function startWorker(deps: WatchDeps, options: WorkerOptions): Promise<Worker> {
  const { db, signals } = deps
  const { catalogue, log, gate } = options
  const slots = slotsFor(options.queues, catalogue, options.slotsOf)
  const queues = Object.keys(slots.most)
  const gated = new Set(
    options.queues.filter(({ task }) => catalogue.get(task)?.target !== undefined).map(({ queue }) => queue),
  )
  const running = new Map<string, RunningAttempt>()
  const runner = attemptRunner(deps, log, options)
  const unknown = unknownTasks(deps, log)
  let strays: ReadonlySet<string> = new Set()
  let id = randomUUID()
  const lanes = new Set(queues.map(laneOf))
  const concurrency = [...lanes].reduce((sum, lane) => sum + options.slotsOf(lane), 0)
  const enrol = () =>
    enrolWorker(db, { id, host: os.hostname(), pid: process.pid, slots: slots.most, concurrency })
  await expectTasks(db, [...catalogue.keys()])
  await enrol()
  log.info({ worker: id, slots: slots.most }, 'worker')
  const claims = lanesOf(slots, claimSome)
  const looking = watchman(deps, log, { workerId: () => id, queues, onPulse, onStill })
  const purging = ticker(
    () => purge(db),
    (error) => log.warn({ err: error }, 'could not purge'),
    PURGE_EVERY_MS,
  )
  return {
    wake: (some) => claims.wake(some),
    cancel,
    catchUp,
    lookAtGate: () => void lookAtGate(),
    blame: (error) => runner.blame(error),
    stop,
  }

  async function claimSome(queue: string, limit: number): Promise<number> {
    try {
      const { started, more } = gated.has(queue)
        ? await gate.claim(id, queue, limit)
        : { started: await claim(deps, id, queue, limit), more: false }
      for (const job of started) {
        start(job, queue)
        signals.changed(job.id)
      }
      // What the gate has held counts as taken: behind it there may be others.
      return more ? limit : started.length
    } catch (error) {
      log.warn({ err: error }, 'worker could not claim')
      return 0
    }
  }

  function start(job: StartedJob, queue: string): void {
    const task = catalogue.get(job.task)
    if (!task) return unknown.leave(job, queue)
    slots.take(queue)
    const attempt = runner.run(task, job)
    running.set(job.id, attempt)
    void whenFinished(job, queue, attempt)
  }

  async function whenFinished(job: StartedJob, queue: string, attempt: RunningAttempt): Promise<void> {
    // Not when its outcome is known: an attempt that timed out may go on beside the next attempt at the same job.
    await attempt.returned
    slots.giveBack(queue)
    claims.freed(queue)
    await attempt.settled
    slots.settled(queue)
    // Not if it is another's by now: a job that was lost and claimed anew.
    if (running.get(job.id) === attempt) running.delete(job.id)
    claims.freed(queue)
    if (job.target !== null) gate.ended(job.target)
  }

  async function onPulse({ alive, due, troubled, own }: Pulse): Promise<void> {
    if (!alive) return loseLease()
    if (troubled) void lookAtGate()
    // Delayed jobs and retries become due without anybody saying so, and a hint can be lost.
    claims.wake(due.filter((queue) => !unknown.isLeftToOthers(queue)))
    await reconcile(own)
  }

  /** Not awaited by the pulse: it waits for endpoints that others hold, and the lease must not wait with it. */
  async function lookAtGate(): Promise<void> {
    try {
      await gate.look()
    } catch (error) {
      log.warn({ err: error }, 'could not let jobs go that were held')
    }
  }

  /** What has run here holds up all else: the API, the other jobs, the lease. */
  function onStill(ms: number): void {
    const here = [...running.values()].filter(({ isIsolated }) => !isIsolated)
    const jobs = here.slice(0, MOST_NAMED).map(({ job, task, attempt }) => ({ job, task, attempt }))
    log.warn(
      { ms: Math.round(ms), running: here.length, jobs },
      'the event loop stood still: a task that computes for seconds should be declared with isolate: true',
    )
  }

  /**
   * Compares what the database says this worker runs with what it does run. Cancels whose signal was lost are heard here;
   * and a claim whose COMMIT went through though its answer was lost is found here, for nobody else will: we are alive.
   */
  async function reconcile(own: readonly OwnJob[]): Promise<void> {
    for (const job of own) if (job.cancelRequested) cancel(job.id)
    const unexpected = own.filter((job) => !running.has(job.id))
    // Twice in a row: a claim that is just coming back looks the same.
    for (const job of unexpected) if (strays.has(nameOf(job))) await handBack(deps, log, job, 0)
    strays = new Set(unexpected.map(nameOf))
  }

  function catchUp(): void {
    claims.wake(queues)
    looking.now()
  }

  function cancel(jobId: string): void {
    running.get(jobId)?.stop('canceled')
  }

  /** Taken for dead while stalled: the jobs are with others now, and their outcomes here no longer count. */
  async function loseLease(): Promise<void> {
    log.warn({ jobs: running.size }, 'worker was taken for dead; starting over')
    for (const attempt of running.values()) attempt.stop('lost')
    id = randomUUID()
    await enrol()
  }

  async function stop(): Promise<void> {
    await claims.stop()
    const all = () => Promise.all([...running.values()].map((attempt) => attempt.settled))
    await within(options.graceSeconds * 1000, all())
    if (running.size > 0) {
      log.warn({ jobs: running.size }, 'grace is over; handing jobs back')
      for (const attempt of running.values()) attempt.stop('interrupted')
      await within(LAST_WORDS_MS, all())
      await Promise.all([...running.values()].map((attempt) => attempt.handBack()))
    }
    await Promise.all([looking.stop(), purging.stop(), unknown.left()])
    // Last, as a look around may have it look, too.
    await gate.stop()
    await removeWorker(db, id).catch((error: unknown) => {
      // Its lease runs out by itself.
      log.warn({ err: error }, 'worker could not sign off')
    })
  }
}

function nameOf({ id, attempt, delivery }: AttemptName): string {
  return `${id} ${attempt} ${delivery}`
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
