import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { startBoss } from '../../src/queue/boss.ts'
import { lockEndpoints } from '../../src/store/endpoints.ts'
import { signals, type Signals } from '../../src/store/signals.ts'
import { enrolWorker } from '../../src/store/workers.ts'
import { admitting } from '../../src/work/admission.ts'
import { callRecorder } from '../../src/work/call-recorder.ts'
import { gateOf, type Gate } from '../../src/work/gate.ts'
import { mend } from '../../src/work/mend.ts'
import { settle } from '../../src/work/settle.ts'
import { settler } from '../../src/work/settler.ts'
import type { StartedJob } from '../../src/store/starts.ts'
import { useHouse } from '../support/house.ts'

// No worker runs here: the tests are the workers, one step at a time.
const house = useHouse({ ACCEPTD_ROLE: 'api', ACCEPTD_CALL_PRIVATE: 'yes' })
const QUEUE = 'http'
const workerId = randomUUID()
const log = pino({ level: 'silent' })
let boss: PgBoss
let hints: Signals

beforeAll(async () => {
  const { db, pool } = house.database
  boss = await startBoss({ pool, queues: [], onError: () => undefined })
  hints = signals(db, { onError: () => undefined, origin: 'test' })
  await enrolWorker(db, { id: workerId, host: 'test', pid: 1, slots: { http: 100 }, concurrency: 100 })
  await pool.query(`update acceptd.workers set seen_at = 'infinity' where id = $1`, [workerId])
})
afterAll(async () => {
  await hints.flush()
  await boss.stop({ graceful: false })
})

const deps = () => {
  const { db } = house.database
  return { db, boss, signals: hints, settler: settler(db, boss) }
}
const gate = (perOrigin: number): Gate => gateOf(deps(), log, perOrigin)
const call = async (origin: string, more = '') =>
  (await house.api.submit(`http${more}`, { url: `${origin}/` })).job.id
const done = { status: 200, headers: {}, body: null, truncated: false, bytes: 0, timings: {}, attempts: 1 }
const finish = async (...jobs: readonly StartedJob[]) => {
  for (const job of jobs) await settle(deps(), job, { kind: 'completed', result: JSON.stringify(done) })
}
const blocked = async () => {
  const { rows } = await house.database.pool.query<{ id: string }>(
    'select id from acceptd_queue.job where blocked order by created_on',
  )
  return rows.map(({ id }) => id)
}
/** Nothing is held any more; the look that lets the last go leaves it to the next to find that out. */
const freed = async (origin: string) => {
  await gate(1).look()
  expect(await endpoint(origin)).toEqual({ state: 'closed', held: false })
}
const endpoint = async (origin: string) => {
  const { rows } = await house.database.pool.query<{ state: string; held: boolean }>(
    'select state, held from acceptd.endpoints where origin = $1',
    [origin],
  )
  return rows[0]
}
const record = (origin: string, ok: boolean, ms = 1) =>
  callRecorder(house.database.db, log, () => undefined).record({ origin, ok, status: ok ? 200 : 0, ms })

describe('an origin that is full', () => {
  it('is so for those, too, that claim at the same instant', async () => {
    const origin = 'http://127.0.0.1:1001'
    await call(origin)
    await call(origin)
    const wish = { workerId, queue: QUEUE, limit: 1, perOrigin: 1 }
    const { first, second } = await house.database.db.transaction().execute(async (trx) => {
      const { started } = await admitting(trx, boss, wish)
      // Waits for the endpoint, which this transaction has.
      const waiting = gate(1).claim(workerId, QUEUE, 1)
      await untilWaiting()
      return { first: started, second: waiting }
    })
    expect(first).toHaveLength(1)
    expect((await second).started).toEqual([])
    expect(await endpoint(origin)).toEqual({ state: 'closed', held: true })
    expect(await audit(house.database.db)).toEqual([])
    await finish(...first)
    await gate(1).look()
    await freed(origin)
    await finish(...(await gate(1).claim(workerId, QUEUE, 9)).started)
  })

  it('has those held at once that come next in the queue, and not those of others', async () => {
    const [full, free] = ['http://127.0.0.1:1002', 'http://127.0.0.1:1003']
    const calls: string[] = []
    for (let n = 0; n < 8; n++) calls.push(await call(full))
    const other = await call(free)
    const { started, more } = await gate(1).claim(workerId, QUEUE, 3)
    expect(started.map(({ id }) => id)).toEqual([calls[0]])
    expect(more).toBe(true)
    expect(await blocked()).toEqual(calls.slice(1))
    const next = await gate(1).claim(workerId, QUEUE, 3)
    expect(next.started.map(({ id }) => id)).toEqual([other])
    expect(next.more).toBe(false)
    await finish(...started, ...next.started)
    for (const id of calls.slice(1)) {
      await gate(1).look()
      const one = await gate(1).claim(workerId, QUEUE, 3)
      expect(one.started.map((job) => job.id)).toEqual([id])
      await finish(...one.started)
    }
    await freed(full)
  })

  it('does not keep a job from being canceled', async () => {
    const origin = 'http://127.0.0.1:1004'
    await call(origin)
    const { location, job } = await house.api.submit('http', { url: `${origin}/` })
    const { started } = await gate(1).claim(workerId, QUEUE, 9)
    expect(await blocked()).toEqual([job.id])
    await house.api.post(`${location}/cancel`).expect(200)
    await finish(...started)
    await gate(1).look()
    await freed(origin)
  })
})

describe('endpoints', () => {
  it('are locked in one order, whatever the order they are asked in', async () => {
    // Which of them comes first depends on the collation.
    const origins = ['http://a-b.example', 'http://ab.example', 'http://A.example', 'http://a.example:1']
    const asks = Array.from({ length: 40 }, (_, n) =>
      house.database.db
        .transaction()
        .execute((trx) => lockEndpoints(trx, n % 2 === 0 ? origins : origins.toReversed())),
    )
    const records = Array.from({ length: 40 }, (_, n) => record(origins[n % 4] ?? '', true))
    const locked = await Promise.all(asks)
    await Promise.all(records)
    for (const found of locked) expect(found).toHaveLength(4)
  })

  it('that a call began at before anybody was to try are not judged by it', async () => {
    const origin = 'http://127.0.0.1:1005'
    for (let n = 0; n < 10; n++) await record(origin, false)
    expect(await endpoint(origin)).toMatchObject({ state: 'open' })
    await house.database.pool.query('update acceptd.endpoints set probe_at = now() where origin = $1', [
      origin,
    ])
    await gate(1).look()
    expect(await endpoint(origin)).toMatchObject({ state: 'half-open' })
    await record(origin, false, 3_600_000)
    expect(await endpoint(origin)).toMatchObject({ state: 'half-open' })
    await record(origin, true, 0)
    expect(await endpoint(origin)).toMatchObject({ state: 'closed' })
  })
})

describe('a job that is held and forgotten', () => {
  it('is found by the audit, and let go by the repair', async () => {
    const id = await call('http://127.0.0.1:1006')
    await house.database.pool.query('update acceptd_queue.job set blocked = true where id = $1', [id])
    expect(await audit(house.database.db)).toMatchObject([{ id, queueState: 'held' }])
    const mended = []
    for await (const one of mend(house.database.db)) mended.push(one)
    expect(mended).toMatchObject([{ disagreement: { id }, outcome: 'let go' }])
    expect(await audit(house.database.db)).toEqual([])
    await finish(...(await gate(1).claim(workerId, QUEUE, 9)).started)
  })
})

async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await house.database.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
  }
}
