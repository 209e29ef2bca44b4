/** Everything acceptd asks of the database, by what it is for: each does it once, with real statements. */
import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { acceptor } from '../../../src/commands/acceptor.ts'
import { cancelJob } from '../../../src/commands/cancel-job.ts'
import { deleteJob } from '../../../src/commands/delete-job.ts'
import { deleteJobs } from '../../../src/commands/delete-jobs.ts'
import { retryJob } from '../../../src/commands/retry-job.ts'
import { retryJobs } from '../../../src/commands/retry-jobs.ts'
import { submitJob } from '../../../src/commands/submit-job.ts'
import type { Catalogue } from '../../../src/job/catalogue.ts'
import { failure } from '../../../src/job/failure.ts'
import type { Status } from '../../../src/job/status.ts'
import { findAttempts } from '../../../src/store/attempts.ts'
import type { Db } from '../../../src/store/database.ts'
import { readBacklog, readExperience } from '../../../src/store/experience.ts'
import { countJobs, type JobFilter } from '../../../src/store/job-filter.ts'
import { jobReader } from '../../../src/store/jobs.ts'
import { listJobs } from '../../../src/store/list.ts'
import { readOverview } from '../../../src/store/overview.ts'
import { takePulse } from '../../../src/store/pulse.ts'
import { forgetTombstones, purgeExpired, wasThere } from '../../../src/store/retention.ts'
import { findOrphans, saveProgress } from '../../../src/store/running.ts'
import { enrolWorker } from '../../../src/store/workers.ts'
import { claim } from '../../../src/work/claim.ts'
import { settler } from '../../../src/work/settler.ts'

export interface Ground {
  readonly db: Db
  readonly boss: PgBoss
  readonly catalogue: Catalogue
}

/** In an order in which each finds what it needs. */
export async function operations({
  db,
  boss,
  catalogue,
}: Ground): Promise<Map<string, () => Promise<unknown>>> {
  const principal = 'anonymous'
  const signals = {
    work: () => undefined,
    workHere: () => undefined,
    payloadFor: (queue: string) => queue,
    changed: () => undefined,
    flush: () => Promise.resolve(),
  }
  const deps = {
    db,
    boss,
    signals,
    retentionSeconds: 60,
    acceptor: acceptor(db, signals, { maxWaiting: 1000, maxWaitingMs: Infinity }),
    jobs: jobReader(db),
  }
  const task = catalogue.get('word-count')
  if (!task) throw new Error('word-count is shipped')
  const submission = { task, input: { text: 'a b' }, priority: 0, tags: ['x'], retry: task.retry }
  const submit = (key?: string) =>
    submitJob(deps, {
      principal,
      submission,
      ...(key === undefined ? {} : { idempotency: { key, fingerprint: 'f' } }),
    })
  const workerId = randomUUID()
  await enrolWorker(db, { id: workerId, host: 'here', pid: 1, slots: { default: 250 }, concurrency: 250 })
  const settling = settler(db, boss)
  const retry = { limit: 9, delaySeconds: 60, maxDelaySeconds: 60 }
  let claimed: Awaited<ReturnType<typeof claim>> = []
  const next = () => claimed.pop() ?? { id: randomUUID(), attempt: 1, delivery: 0 }
  const settle = (retryable: boolean) => {
    const { id, attempt, delivery } = next()
    const outcome = { kind: 'failed', failure: failure('task-failed', 'no', retryable) } as const
    return settling.settle({ id, attempt, delivery, outcome, retry, delaySeconds: 0 })
  }
  const idOf = async (status: Status) => {
    const row = await db
      .selectFrom('jobs')
      .select('id')
      .where('status', '=', status)
      .limit(1)
      .executeTakeFirst()
    return row?.id ?? randomUUID()
  }
  const some = new Map<Status, string>()
  for (const status of ['pending', 'completed', 'failed', 'canceled'] as const)
    some.set(status, await idOf(status))
  const one = (status: Status) => some.get(status) ?? ''
  // Of 200 it would rightly read all attempts that there are, where those are so few.
  const many = (filter: JobFilter) => ({ principal, filter, limit: 50, workMs: 60_000, waitMs: 60_000 })
  const list = (filter: Parameters<typeof listJobs>[2]) => listJobs(db, principal, filter, { limit: 100 })

  return new Map<string, () => Promise<unknown>>([
    ['accept one', () => submit()],
    ['accept 100', () => Promise.all(Array.from({ length: 100 }, (_, n) => submit(`fresh-${n}`)))],
    ['replay', () => submit('fresh-1')],
    ['poll one', () => deps.jobs.find(principal, one('completed'))],
    [
      'poll 200',
      async () => {
        const rows = await db.selectFrom('jobs').select('id').limit(200).execute()
        await Promise.all(rows.map(({ id }) => deps.jobs.find(principal, id)))
      },
    ],
    ['poll what is gone', () => wasThere(db, principal, randomUUID())],
    ['list', () => list({})],
    ...(['pending', 'running', 'completed', 'failed', 'canceled'] as const).map(
      (status) => [`list ${status}`, () => list({ status })] as const,
    ),
    ['list a task', () => list({ task: 'task-7' })],
    ['list a failure', () => list({ code: 'task-failed' })],
    ['list an origin', () => list({ origin: 'https://host-7.example' })],
    ['list since', () => list({ createdAfter: new Date(Date.now() - 60_000) })],
    [
      'list a page further on',
      () =>
        listJobs(
          db,
          principal,
          {},
          {
            limit: 100,
            from: { createdAt: new Date(Date.now() - 3600_000).toISOString(), id: randomUUID() },
          },
        ),
    ],
    ['attempts', () => findAttempts(db, one('failed'), 100)],
    [
      'claim 100',
      async () => {
        claimed = await claim({ db, boss }, workerId, 'default', 100)
      },
    ],
    ['progress', () => saveProgress(db, claimed[0]?.id ?? '', 1, { percent: 50 })],
    [
      'complete 50',
      () =>
        Promise.all(
          Array.from({ length: 50 }, () =>
            settling.settle({
              ...next(),
              outcome: { kind: 'completed', result: '{"ok":true}' },
              retry,
              delaySeconds: 0,
            }),
          ),
        ),
    ],
    ['fail', () => settle(false)],
    ['retry later', () => settle(true)],
    ['cancel', () => cancelJob(deps, { principal, id: one('pending') })],
    ['run again', () => retryJob(deps, catalogue, { principal, id: one('failed') })],
    ['run many again', () => retryJobs(deps, catalogue, many({ status: 'failed', task: 'task-17' }))],
    ['delete many', () => deleteJobs(deps, many({ status: 'failed', code: 'task-failed' }))],
    ['count many', () => countJobs(db, principal, { status: 'failed' }, { most: 1000 })],
    ['delete', () => deleteJob(deps, { principal, id: one('completed') })],
    ['pulse', () => takePulse(db, workerId, ['default'])],
    ['orphans', () => findOrphans(db, 100)],
    ['backlog', () => readBacklog(db)],
    ['experience', () => readExperience(db)],
    ['health', () => readOverview(db)],
    ['purge', () => purgeExpired(db)],
    ['forget', () => forgetTombstones(db)],
  ])
}
