import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { suspectsOf } from '../../src/job/lane.ts'
import { audit } from '../../src/queue/audit.ts'
import { startBoss } from '../../src/queue/boss.ts'
import { withdraw } from '../../src/queue/deliveries.ts'
import { cancelPending } from '../../src/store/moves.ts'
import { takePulse } from '../../src/store/pulse.ts'
import { signals, type Signals } from '../../src/store/signals.ts'
import { enrolWorker } from '../../src/store/workers.ts'
import { claim } from '../../src/work/claim.ts'
import { settle } from '../../src/work/settle.ts'
import { settler } from '../../src/work/settler.ts'
import { sweeper } from '../../src/work/sweep.ts'
import { useHouse } from '../support/house.ts'
import { pino } from 'pino'

// No worker runs here: the tests are the worker, one step at a time.
const house = useHouse({ ACCEPTD_ROLE: 'api' })
const workerId = randomUUID()
let boss: PgBoss
let hints: Signals

beforeAll(async () => {
  boss = await startBoss({ pool: house.database.pool, queues: [], onError: () => undefined })
  hints = signals(house.database.db, { onError: () => undefined, origin: 'test' })
  await enrolWorker(house.database.db, {
    id: workerId,
    host: 'test',
    pid: process.pid,
    slots: { default: 1 },
    concurrency: 1,
  })
  // Alive for as long as the tests take.
  await house.database.pool.query(`update acceptd.workers set seen_at = 'infinity' where id = $1`, [workerId])
})
afterAll(async () => {
  await hints.flush()
  await boss.stop({ graceful: false })
})

const deps = () => ({
  db: house.database.db,
  boss,
  signals: hints,
  settler: settler(house.database.db, boss),
})
const submit = async (): Promise<JobDocument> => (await house.api.submit('flaky', {})).job
const claimed = async () => [
  ...(await claim(deps(), workerId, 'default', 100)),
  ...(await claim(deps(), workerId, suspectsOf('default'), 100)),
]
const emptied = async () => {
  for (const job of await claimed()) await settle(deps(), job, { kind: 'completed', result: '{"attempt":1}' })
}
const deliveries = async (id: string) =>
  (
    await house.database.pool.query<{ name: string; state: string; retry_count: number }>(
      'select name, state, retry_count from acceptd_queue.job where id = $1',
      [id],
    )
  ).rows

describe('a claim', () => {
  it('takes the most urgent first, and no job twice', async () => {
    await emptied()
    const low = await house.api.submit('ok?priority=-1', {})
    const high = await house.api.submit('ok?priority=5', {})
    const [first, second] = [
      await claim(deps(), workerId, 'default', 1),
      await claim(deps(), workerId, 'default', 1),
    ]
    expect(first[0]?.id).toBe(high.job.id)
    expect(second[0]?.id).toBe(low.job.id)
    expect(await claimed()).toEqual([])
    for (const [started] of [first, second])
      await settle(deps(), started!, { kind: 'completed', result: '{"value":1}' })
  })

  it('is not given to a worker that was taken for dead', async () => {
    await submit()
    expect(await claim(deps(), randomUUID(), 'default', 100)).toEqual([])
    expect(await audit(house.database.db)).toEqual([])
    await emptied()
  })

  it('passes over a job that a cancel holds, takes the others, and lets the cancel through', async () => {
    const [held, free] = [await house.api.submit('ok?priority=9', {}), await house.api.submit('ok', {})]
    const { id } = held.job
    await house.database.db.transaction().execute(async (trx) => {
      await cancelPending(trx, id)
      const [started, ...others] = await claimed()
      expect(others).toEqual([])
      expect(started?.id).toBe(free.job.id)
      await withdraw(boss, trx, { id, queue: 'default' })
    })
    expect(await claimed()).toEqual([])
    expect(await house.api.job(held.location)).toMatchObject({ status: 'canceled', attempt: 0 })
    await settle(
      deps(),
      { id: free.job.id, attempt: 1, delivery: 0 },
      { kind: 'completed', result: '{"value":1}' },
    )
  })

  it('leaves a job whose cancel came to nothing as it was', async () => {
    const { id } = await submit()
    await house.database.db
      .transaction()
      .execute(async (trx) => {
        await cancelPending(trx, id)
        expect(await claimed()).toEqual([])
        throw new Error('the process died here')
      })
      .catch(() => undefined)
    expect(await audit(house.database.db)).toEqual([])
    const [started] = await claimed()
    expect(started).toMatchObject({ id, attempt: 1 })
    await settle(deps(), { id, attempt: 1, delivery: 0 }, { kind: 'completed', result: '{"attempt":1}' })
  })

  it('drops a delivery whose job has ended, if ever there is one', async () => {
    const { id } = await submit()
    await house.database.pool.query(
      `update acceptd.jobs set status = 'canceled', finished_at = now(), expires_at = now() + interval '1 day' where id = $1`,
      [id],
    )
    expect(await audit(house.database.db)).toMatchObject([{ id, status: 'canceled', queueState: 'created' }])
    expect(await claimed()).toEqual([])
    expect(await deliveries(id)).toEqual([])
  })
})

describe('the fence', () => {
  it('keeps a worker that lost its job from ending the newer attempt', async () => {
    const { id } = await submit()
    await claimed()
    const stale = { id, attempt: 1, delivery: 0 }
    // Somebody took it for dead; the job went back and was claimed again.
    await settle(deps(), stale, { kind: 'crashed' })
    const [newer] = await claimed()
    expect(newer).toMatchObject({ id, attempt: 2 })
    expect(
      (await house.database.pool.query('select max_attempts, crashes from acceptd.jobs where id = $1', [id]))
        .rows,
    ).toEqual([{ max_attempts: 12, crashes: 1 }])

    expect(await settle(deps(), stale, { kind: 'completed', result: '{"attempt":1}' })).toBeUndefined()
    expect(await house.api.job(`/jobs/${id}`)).toMatchObject({ status: 'running', attempt: 2 })
    await settle(deps(), { id, attempt: 2, delivery: 1 }, { kind: 'completed', result: '{"attempt":2}' })
    expect(
      await settle(deps(), { id, attempt: 2, delivery: 1 }, { kind: 'completed', result: '{"attempt":3}' }),
    ).toBeUndefined()
    expect((await house.api.job(`/jobs/${id}`)).result).toEqual({ attempt: 2 })
  })

  it('keeps a worker from ending an attempt that has paused and is with another by now', async () => {
    await emptied()
    const { id } = await submit()
    const [first] = await claimed()
    const waiting = { kind: 'paused', seconds: 60, state: '{"page":2}' } as const
    expect(await settle(deps(), first!, waiting)).toMatchObject({ move: 'pause' })
    expect(await claimed()).toEqual([])
    await house.database.pool.query('update acceptd_queue.job set start_after = now() where id = $1', [id])
    const [second] = await claimed()
    expect(second).toMatchObject({ id, attempt: 1, delivery: 1, checkpoint: [{ page: 2 }] })
    for (const stale of [waiting, { kind: 'crashed' }, { kind: 'completed', result: '{}' }] as const) {
      expect(await settle(deps(), first!, stale)).toBeUndefined()
    }
    // Its worker dies: the next attempt goes on from there.
    await settle(deps(), second!, { kind: 'crashed' })
    const [third] = await claimed()
    expect(third).toMatchObject({ id, attempt: 2, checkpoint: [{ page: 2 }] })
    await settle(deps(), third!, { kind: 'completed', result: '{"attempt":2}' })
  })

  it('rolls our side back when the queue does not have the delivery it should, and says so', async () => {
    const { id } = await submit()
    await claimed()
    await house.database.pool.query('update acceptd_queue.job set retry_count = 7 where id = $1', [id])
    const done = { kind: 'completed', result: '{"attempt":1}' } as const
    await expect(settle(deps(), { id, attempt: 1, delivery: 0 }, done)).rejects.toThrow(
      /does not have the delivery/,
    )
    expect((await house.api.job(`/jobs/${id}`)).status).toBe('running')
    expect(await audit(house.database.db)).toMatchObject([{ id, status: 'running', queueState: 'active' }])
    await house.database.pool.query('update acceptd_queue.job set retry_count = 0 where id = $1', [id])
    await settle(deps(), { id, attempt: 1, delivery: 0 }, done)
  })
})

describe('a sweep', () => {
  it('hands back the jobs of a worker whose lease ran out, and counts it as a crash, not as an attempt', async () => {
    const dead = randomUUID()
    await enrolWorker(house.database.db, {
      id: dead,
      host: 'test',
      pid: 1,
      slots: { default: 1 },
      concurrency: 1,
    })
    const { id, maxAttempts } = await submit()
    expect(await claim(deps(), dead, 'default', 100)).toHaveLength(1)
    const { sweep: dealWith } = sweeper(deps(), pino({ level: 'silent' }))
    const sweep = async () => dealWith(await takePulse(house.database.db, null, []), 0)
    await sweep()
    expect((await house.api.job(`/jobs/${id}`)).status).toBe('running')
    await house.database.pool.query(
      `update acceptd.workers set seen_at = now() - interval '4 seconds' where id = $1`,
      [dead],
    )
    // Late, but it may yet come: not before a second look is it dead.
    await sweep()
    await sweep()
    expect(await house.api.job(`/jobs/${id}`)).toMatchObject({
      status: 'pending',
      attempt: 1,
      maxAttempts: maxAttempts + 1,
    })
    expect(await deliveries(id)).toMatchObject([{ name: 'default', state: 'retry' }])
    await emptied()
  })

  it('fails a job that has taken three workers with it', async () => {
    const { id } = await submit()
    for (let crash = 1; crash <= 3; crash++) {
      const [held] = await claimed()
      await settle(deps(), held!, { kind: 'crashed' })
    }
    expect(await house.api.job(`/jobs/${id}`)).toMatchObject({
      status: 'failed',
      error: { code: 'crashed', retryable: false },
    })
    expect(await deliveries(id)).toEqual([])
  })

  it('cancels instead of handing back where that was asked for meanwhile', async () => {
    const { id } = await submit()
    await claimed()
    await house.api.post(`/jobs/${id}/cancel`).expect(202)
    await settle(deps(), { id, attempt: 1, delivery: 0 }, { kind: 'crashed' })
    expect((await house.api.job(`/jobs/${id}`)).status).toBe('canceled')
  })
})

describe('the audit', () => {
  it.each([
    [
      'a pending job without a delivery',
      `delete from acceptd_queue.job where id = $1`,
      { status: 'pending', queueState: null },
    ],
    [
      'a delivery without a job',
      `delete from acceptd.jobs where id = $1`,
      { status: null, queueState: 'created' },
    ],
    [
      'a pending job that the queue says is active',
      `update acceptd_queue.job set state = 'active' where id = $1`,
      { status: 'pending', queueState: 'active' },
    ],
  ])('finds %s', async (_what, damage, finding) => {
    const { id } = await submit()
    await house.database.pool.query(damage, [id])
    expect(await audit(house.database.db)).toEqual([{ id, ...finding }])
    await house.database.pool.query('delete from acceptd_queue.job where id = $1', [id])
    await house.database.pool.query('delete from acceptd.jobs where id = $1', [id])
  })
})
