import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../src/job/failure.ts'
import type { Outcome } from '../../src/job/settlement.ts'
import type { Move, Status } from '../../src/job/status.ts'
import { audit } from '../../src/queue/audit.ts'
import { startBoss } from '../../src/queue/boss.ts'
import { enrolWorker } from '../../src/store/workers.ts'
import { claim } from '../../src/work/claim.ts'
import { settler, type Settler } from '../../src/work/settler.ts'
import { useHouse } from '../support/house.ts'

// No worker runs here: the tests are the worker.
const house = useHouse({ ACCEPTD_ROLE: 'api' })
const workerId = randomUUID()
let boss: PgBoss
let settling: Settler

beforeAll(async () => {
  const { db, pool } = house.database
  boss = await startBoss({ pool, queues: [], onError: () => undefined })
  settling = settler(db, boss)
  await enrolWorker(db, {
    id: workerId,
    host: 'test',
    pid: process.pid,
    slots: { default: 1 },
    concurrency: 1,
  })
  // Alive for as long as the tests take.
  await pool.query(`update acceptd.workers set seen_at = 'infinity' where id = $1`, [workerId])
})
afterAll(() => boss.stop({ graceful: false }))

const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await house.database.pool.query<Row>(text, values)).rows

async function started(count: number): Promise<string[]> {
  await Promise.all(Array.from({ length: count }, () => house.api.submit('flaky', {})))
  return (await claim({ db: house.database.db, boss }, workerId, 'default', count)).map(({ id }) => id)
}
const settle = (id: string, outcome: Outcome, attempt = 1) =>
  settling.settle({
    id,
    attempt,
    delivery: 0,
    outcome,
    retry: { limit: 9, delaySeconds: 60, maxDelaySeconds: 60 },
    delaySeconds: 5,
  })
const DONE: Outcome = { kind: 'completed', result: '{"attempt":1}' }
const failing = (retryable: boolean): Outcome => ({
  kind: 'failed',
  failure: failure('task-failed', 'no', retryable),
})
const statusOf = async (id: string) => (await house.api.job(`/jobs/${id}`)).status

describe('attempts that end together', () => {
  it('are settled together, each as it ended', async () => {
    const ends: [Outcome, Move, Status, string][] = [
      [DONE, 'complete', 'completed', 'completed'],
      [DONE, 'complete', 'completed', 'completed'],
      [failing(false), 'fail', 'failed', 'failed'],
      [failing(true), 'retry', 'pending', 'failed'],
      [{ kind: 'interrupted' }, 'release', 'pending', 'interrupted'],
      [{ kind: 'crashed' }, 'release', 'pending', 'crashed'],
      [{ kind: 'canceled' }, 'cancel', 'canceled', 'canceled'],
    ]
    const ids = await started(ends.length)
    const moves = await Promise.all(ids.map((id, n) => settle(id, ends[n]![0])))
    expect(moves.map((settled) => settled?.move)).toEqual(ends.map(([, move]) => move))
    expect(await Promise.all(ids.map(statusOf))).toEqual(ends.map(([, , status]) => status))
    // Those that completed in one transaction, all others in another.
    const transactions = await query<{ jobs: number }>(
      'select count(*)::int as jobs from acceptd.jobs where id = any($1) group by xmin::text order by jobs',
      [ids],
    )
    expect(transactions.map(({ jobs }) => jobs)).toEqual([2, 5])
    const history = await query<{ outcome: string; again: boolean }>(
      `select outcome, next_attempt_at is not null as again from acceptd.attempts
       join unnest($1::uuid[]) with ordinality as wanted (id, at) on id = job_id order by at`,
      [ids],
    )
    expect(history).toEqual(ends.map(([, , status, outcome]) => ({ outcome, again: status === 'pending' })))
    const [retried, released, crashed] = ids.slice(3, 6) as [string, string, string]
    // Each is delivered again when it is due and not before.
    const due = await query<{ id: string; seconds: number }>(
      'select id, extract(epoch from start_after - now())::float8 as seconds from acceptd_queue.job where id = any($1)',
      [ids],
    )
    const seconds = new Map(due.map((row) => [row.id, row.seconds]))
    expect([...seconds.keys()].toSorted()).toEqual([retried, released, crashed].toSorted())
    expect(seconds.get(retried)).toBeGreaterThan(5)
    expect(seconds.get(released)).toBeLessThanOrEqual(5)
    expect(await audit(house.database.db)).toEqual([])
  })

  it('do not suffer for one whose delivery is not what it should be', async () => {
    const [bad, ...good] = (await started(5)) as [string, ...string[]]
    await query('update acceptd_queue.job set retry_count = 7 where id = $1', [bad])
    const answers = await Promise.allSettled([bad, ...good].map((id) => settle(id, DONE)))
    expect(answers.map(({ status }) => status)).toEqual(['rejected', ...good.map(() => 'fulfilled')])
    expect(await Promise.all(good.map(statusOf))).toEqual(good.map(() => 'completed'))
    expect(await statusOf(bad)).toBe('running')
    await query('update acceptd_queue.job set retry_count = 0 where id = $1', [bad])
    await settle(bad, DONE)
  })

  it('do not suffer for one whose result the database will not have', async () => {
    const [bad, ...good] = (await started(5)) as [string, ...string[]]
    const answers = await Promise.allSettled([
      settle(bad, { kind: 'completed', result: '{"text": "not closed' }),
      ...good.map((id) => settle(id, DONE)),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', ...good.map(() => 'fulfilled')])
    expect(await Promise.all(good.map(statusOf))).toEqual(good.map(() => 'completed'))
    await settle(bad, DONE)
  })

  it('do not wait for one whose row is held', async () => {
    const [held, ...free] = (await started(5)) as [string, ...string[]]
    const client = await house.database.pool.connect()
    try {
      await client.query('begin')
      await client.query('select from acceptd.jobs where id = $1 for update', [held])
      const late = settle(held, DONE)
      await Promise.all(free.map((id) => settle(id, DONE)))
      expect(await statusOf(held)).toBe('running')
      await client.query('commit')
      expect((await late)?.move).toBe('complete')
    } finally {
      client.release()
    }
  })

  it('count once, whoever says how they ended, and not at all once superseded', async () => {
    const [id] = (await started(1)) as [string]
    const answers = await Promise.all([
      settle(id, DONE),
      settle(id, { kind: 'crashed' }),
      settle(id, DONE, 2),
    ])
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await query('select from acceptd.attempts where job_id = $1', [id])).toHaveLength(1)
  })

  it('teach how long they took, newest first and no more than are kept', async () => {
    await query(
      `insert into acceptd.experience (task, runs) values ('flaky', array_fill(9::real, array[100]))`,
    )
    const ids = await started(30)
    await Promise.all(ids.map((id) => settle(id, DONE)))
    const [row] = await query<{ runs: number[]; waits: number[] }>(
      `select runs, waits from acceptd.experience where task = 'flaky'`,
    )
    expect(row?.runs).toHaveLength(100)
    expect(row?.runs.filter((run) => run === 9)).toHaveLength(70)
    expect(row?.runs.at(-1)).toBe(9)
    expect(row?.waits).toHaveLength(30)
  })
})
