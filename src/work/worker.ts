/** A worker: keeps its lease, claims while it has free slots, runs, settles, and drains when asked to stop. */
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Catalogue } from '../job/catalogue.ts'
import type { Db } from '../store/database.ts'
import type { StartedJob } from '../store/moves.ts'
import { enrolWorker, findCancelRequests, removeWorker, renewLease } from '../store/workers.ts'
import { attemptRunner, type RunningAttempt } from './attempt.ts'
import { claim, ClaimContended } from './claim.ts'
import { settle } from './settle.ts'
import { sweeper } from './sweep.ts'
import { ticker, TICK_MS } from './ticker.ts'

export interface WorkerOptions {
  readonly db: Db
  readonly boss: PgBoss
  readonly catalogue: Catalogue
  readonly log: Logger
  /** How many jobs at once. */
  readonly concurrency: number
  readonly graceSeconds: number
}

export interface Worker {
  /** A job may be due. */
  wake(): void
  /** Somebody asked to cancel this job, which may be ours. */
  cancel(jobId: string): void
  /** Takes no more, gives what is running its grace, hands the rest back. */
  stop(): Promise<void>
}

// How long a row is held by whoever contends for it: a transaction of two statements.
const CONTENDED_MS = 20
// A task unknown here may be known to a worker of another version: leave it for that one.
const UNKNOWN_TASK_SECONDS = 5
// After the grace: time for tasks that obey their signal to return.
const LAST_WORDS_MS = 500

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { db, boss, catalogue, log, concurrency } = options
  const running = new Map<string, RunningAttempt>()
  const runner = attemptRunner(options)
  let id = randomUUID()
  let stopping = false
  let claiming = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let again = false
  let busy = false

  const enrol = () => enrolWorker(db, { id, host: os.hostname(), pid: process.pid })
  await enrol()
  const sweep = sweeper(db, boss, log)
  const beat = ticker(
    async () => {
      if (!(await renewLease(db, id))) await loseLease()
      await sweep()
      if (running.size > 0) for (const job of await findCancelRequests(db, id)) cancel(job)
    },
    (error) => log.warn({ err: error }, 'worker could not renew its lease'),
  )
  wake()
  return { wake, cancel, stop }

  function wake(): void {
    again = true
    if (busy || stopping) return
    busy = true
    clearTimeout(timer)
    claiming = claimWhileDue().finally(() => {
      busy = false
      // The back-stop: delayed jobs and retries become due without anybody saying so, and a hint can be lost.
      if (!stopping) timer = setTimeout(wake, TICK_MS)
    })
  }

  async function claimWhileDue(): Promise<void> {
    while (again && !stopping) {
      again = false
      const free = concurrency - running.size
      if (free <= 0) return // the next attempt to finish wakes us
      try {
        const started = await claim(db, boss, id, free)
        if (started.length === free) again = true
        for (const job of started) start(job)
      } catch (error) {
        if (!(error instanceof ClaimContended)) return log.warn({ err: error }, 'worker could not claim')
        await new Promise((resolve) => setTimeout(resolve, CONTENDED_MS))
        again = true
      }
    }
  }

  function start({ job, input }: StartedJob): void {
    const task = catalogue.get(job.task)
    if (!task) return leaveForOthers(job)
    const attempt = runner.run(task, job, input)
    running.set(job.id, attempt)
    void whenFinished(job.id, attempt)
  }

  async function whenFinished(jobId: string, attempt: RunningAttempt): Promise<void> {
    await attempt.finished
    // Not if it is another's by now: a job that was lost and claimed anew.
    if (running.get(jobId) === attempt) running.delete(jobId)
    wake()
  }

  function leaveForOthers({ id: jobId, task, attempt }: StartedJob['job']): void {
    log.warn({ job: jobId, task }, 'no such task here; left for another worker')
    const back = { delaySeconds: UNKNOWN_TASK_SECONDS }
    settle(db, boss, { id: jobId, attempt }, { kind: 'interrupted' }, back).catch((error: unknown) => {
      log.error({ err: error, job: jobId }, 'could not hand the job back')
    })
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
    stopping = true
    clearTimeout(timer)
    await claiming
    const all = () => Promise.all([...running.values()].map((attempt) => attempt.settled))
    await within(options.graceSeconds * 1000, all())
    if (running.size > 0) {
      log.warn({ jobs: running.size }, 'grace is over; handing jobs back')
      for (const attempt of running.values()) attempt.stop('interrupted')
      await within(LAST_WORDS_MS, all())
      await Promise.all([...running.values()].map((attempt) => attempt.handBack()))
    }
    await beat.stop()
    await removeWorker(db, id).catch((error: unknown) => {
      // Its lease runs out by itself.
      log.warn({ err: error }, 'worker could not sign off')
    })
  }
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
