import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../src/job/failure.ts'
import type { Outcome } from '../../src/job/settlement.ts'
import { audit } from '../../src/queue/audit.ts'
import { startBoss } from '../../src/queue/boss.ts'
import { purgeExpired } from '../../src/store/retention.ts'
import { enrolWorker } from '../../src/store/workers.ts'
import { claim } from '../../src/work/claim.ts'
import { settlePatiently } from '../../src/work/settle.ts'
import { settler, type Settler } from '../../src/work/settler.ts'
import { useHouse } from '../support/house.ts'
import { startReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const SETTINGS = { ACCEPTD_CALL_PRIVATE: 'yes' }
const RECEIVER = 'http://127.0.0.1:9/hook'

interface DeliveryDocument {
  readonly id: string
  readonly messageId: string
  readonly event: string
  readonly status: string
  readonly attempt: number
}

describe('an end that is told of', () => {
  // No worker runs here: the tests are the worker.
  const house = useHouse({ ...SETTINGS, ACCEPTD_ROLE: 'api' })
  const workerId = randomUUID()
  let boss: PgBoss
  // As two processes.
  let settlers: readonly [Settler, Settler]

  beforeAll(async () => {
    const { db, pool } = house.database
    boss = await startBoss({ pool, queues: [], onError: () => undefined })
    settlers = [settler(db, boss), settler(db, boss)]
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

  const claimed = async (count: number) =>
    (await claim({ db: house.database.db, boss }, workerId, 'default', count)).map(({ id }) => id)
  const started = async (count: number) => {
    const submission = { task: 'flaky', input: {}, callbackUrl: RECEIVER }
    const submit = () => house.api.post('/jobs').send(submission).expect(202)
    await Promise.all(Array.from({ length: count }, submit))
    return claimed(count)
  }
  const settle = (id: string, outcome: Outcome, { attempt = 1, by = 0 } = {}) =>
    settlers[by]!.settle({
      id,
      attempt,
      delivery: 0,
      outcome,
      delaySeconds: 5,
      retry: { limit: 9, delaySeconds: 60, maxDelaySeconds: 60 },
    })
  const deliveriesOf = async (id: string) => {
    const { body } = await house.api.get(`/jobs/${id}/deliveries`).expect(200)
    return (body as { items: DeliveryDocument[] }).items
  }
  const expectOneOf = async (id: string) => {
    const { status } = await house.api.job(`/jobs/${id}`)
    expect((await deliveriesOf(id)).map(({ event }) => event)).toEqual([`job.${status}`])
  }
  const query = (text: string, values: unknown[]) => house.database.pool.query(text, values)

  const DONE: Outcome = { kind: 'completed', result: '{"attempt":1}' }
  const FAILED: Outcome = { kind: 'failed', failure: failure('task-failed', 'no', false) }

  it('is told of once, where a cancel comes as it ends', async () => {
    const ids = await started(20)
    await Promise.all(
      ids.flatMap((id, nth) => [
        settle(id, nth % 2 === 0 ? DONE : { kind: 'canceled' }),
        house.api.post(`/jobs/${id}/cancel`),
      ]),
    )
    for (const id of ids) await expectOneOf(id)
  })

  it('is told of once, where two processes settle it', async () => {
    const ids = await started(20)
    const answers = await Promise.all(
      ids.map((id, nth) =>
        // The worker itself, and a sweep that takes it for dead.
        Promise.all([
          settle(id, nth % 2 === 0 ? DONE : FAILED),
          settle(id, nth % 4 < 2 ? DONE : FAILED, { by: 1 }),
        ]),
      ),
    )
    for (const both of answers) expect(both.filter(Boolean)).toHaveLength(1)
    for (const id of ids) await expectOneOf(id)
  })

  it('is told of once, where a job waits and is canceled twice at once', async () => {
    const later = {
      task: 'ok',
      input: {},
      callbackUrl: RECEIVER,
      runAt: new Date(Date.now() + 1e6).toISOString(),
    }
    const { body } = await house.api.post('/jobs').send(later).expect(202)
    const { id } = body as { id: string }
    await Promise.all([1, 2, 3].map(() => house.api.post(`/jobs/${id}/cancel`)))
    await expectOneOf(id)
  })

  it('is told of once, where the answer to the COMMIT is lost', async () => {
    const [id] = (await started(1)) as [string]
    const real = settlers[0]
    let lost = 0
    const losing: Settler = {
      async settle(ended) {
        const settled = await real.settle(ended)
        if (lost++ === 0) throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' })
        return settled
      },
    }
    const signals = { changed: () => undefined } as unknown as Parameters<
      typeof settlePatiently
    >[1]['signals']
    const attempt = { id, attempt: 1, delivery: 0 }
    const { signal } = new AbortController()
    expect(await settlePatiently(signal, { settler: losing, signals }, attempt, DONE)).toBeUndefined()
    expect(lost).toBe(2)
    await expectOneOf(id)
  })

  it('is told of by each of a batch but the one that cannot end', async () => {
    const [bad, ...good] = (await started(6)) as [string, ...string[]]
    await query('update acceptd_queue.job set retry_count = 7 where id = $1', [bad])
    const ends = [bad, ...good].map((id, nth) => settle(id, nth < 3 ? DONE : FAILED))
    expect((await Promise.allSettled(ends)).map(({ status }) => status)).toEqual([
      'rejected',
      ...good.map(() => 'fulfilled'),
    ])
    for (const id of good) await expectOneOf(id)
    expect(await deliveriesOf(bad)).toEqual([])
    await query('update acceptd_queue.job set retry_count = 0 where id = $1', [bad])
    await settle(bad, DONE)
    await expectOneOf(bad)
  })

  it('does not happen where the delivery cannot be stored', async () => {
    const [bad, good] = (await started(2)) as [string, string]
    await query(
      `update acceptd.jobs set callback = callback || '{"origin": 1}'
      where id = $1`,
      [bad],
    )
    await query(
      `create or replace function acceptd.no_delivery() returns trigger language plpgsql as
       $$ begin if new.target = '1' then raise exception 'not this one' using errcode = '22000'; end if; return new; end $$`,
      [],
    )
    await query(
      'create trigger no_delivery before insert on acceptd.jobs for each row execute function acceptd.no_delivery()',
      [],
    )
    for (const outcome of [DONE, FAILED]) {
      const [first, second] = await Promise.allSettled([settle(bad, outcome), settle(good, outcome)])
      expect(first.status).toBe('rejected')
      expect(second.status).toBe('fulfilled')
      expect((await house.api.job(`/jobs/${bad}`)).status).toBe('running')
      expect(await deliveriesOf(bad)).toEqual([])
    }
    await expectOneOf(good)
    await query('drop trigger no_delivery on acceptd.jobs', [])
    await settle(bad, DONE)
    await expectOneOf(bad)
    expect(await audit(house.database.db)).toEqual([])
  })

  it('is told of where a sweep fails the job that its workers died of', async () => {
    const [id] = (await started(1)) as [string]
    await query('update acceptd.jobs set crashes = 2 where id = $1', [id])
    const both = [0, 1].map((by) => settle(id, { kind: 'crashed' }, { by }))
    expect((await Promise.all(both)).filter(Boolean)).toMatchObject([{ move: 'fail' }])
    expect(await deliveriesOf(id)).toMatchObject([{ event: 'job.failed', status: 'pending' }])
    expect((await house.api.job(`/jobs/${id}`)).error).toMatchObject({ code: 'crashed' })
  })

  it('is told of again, under another id, where the job is run again', async () => {
    const [id] = (await started(1)) as [string]
    await settle(id, FAILED)
    await house.api.post(`/jobs/${id}/retry`).expect(202)
    expect(await claimed(1)).toEqual([id])
    await settle(id, DONE, { attempt: 2 })
    const [second, first] = await deliveriesOf(id)
    expect([first?.event, second?.event]).toEqual(['job.failed', 'job.completed'])
    expect(first?.messageId).not.toBe(second?.messageId)
  })

  it('is forgotten with the job that told of it', async () => {
    const [id] = (await started(1)) as [string]
    await settle(id, DONE)
    const [{ id: delivering }] = (await deliveriesOf(id)) as [DeliveryDocument]
    await house.api.post(`/jobs/${delivering}/cancel`).expect(200)
    await query(`update acceptd.jobs set expires_at = now() where id = $1`, [delivering])
    await purgeExpired(house.database.db)
    expect(await deliveriesOf(id)).toEqual([])
    const { rows } = await query('select from acceptd.callback_deliveries where id = $1', [delivering])
    expect(rows).toEqual([])
    await house.api.post(`/jobs/${id}/deliveries/${delivering}/redeliver`).expect(410)
  })

  it('is told of although the job has been deleted since', async () => {
    const [id] = (await started(1)) as [string]
    await settle(id, DONE)
    const [{ id: delivering }] = (await deliveriesOf(id)) as [DeliveryDocument]
    await house.api.delete(`/jobs/${id}`).expect(204)
    const { rows } = await query('select told from acceptd.callback_deliveries where id = $1', [delivering])
    expect(rows).toMatchObject([{ told: { id, status: 'completed' } }])
  })
})

describe('a lane of callbacks that no worker serves', () => {
  const house = useHouse({ ...SETTINGS, ACCEPTD_LANES: 'webhooks=0' })

  it('keeps them until one does', async () => {
    await using receiver = await startReceiver()
    const submission = { task: 'ok', input: {}, callbackUrl: receiver.url }
    const { body } = await house.api.post('/jobs').send(submission).expect(202)
    const { id } = body as { id: string }
    await house.reaches(`/jobs/${id}`, 'completed')
    const deliveries = async () => {
      const { body: list } = await house.api.get(`/jobs/${id}/deliveries`).expect(200)
      return (list as { items: DeliveryDocument[] }).items
    }
    expect(await deliveries()).toMatchObject([{ status: 'pending', attempt: 0 }])
    await house.extend({ ...SETTINGS, ACCEPTD_ROLE: 'worker' })
    await until('the callback', async () => (await deliveries())[0]?.status === 'completed')
    expect(receiver.received).toHaveLength(1)
  })
})
