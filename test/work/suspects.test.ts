import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../src/job/failure.ts'
import { suspectsOf } from '../../src/job/lane.ts'
import { audit } from '../../src/queue/audit.ts'
import { startBoss } from '../../src/queue/boss.ts'
import { signals, type Signals } from '../../src/store/signals.ts'
import { enrolWorker, removeWorker } from '../../src/store/workers.ts'
import { claim } from '../../src/work/claim.ts'
import { settle } from '../../src/work/settle.ts'
import { settler } from '../../src/work/settler.ts'
import { sweeper } from '../../src/work/sweep.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

// No worker runs here: the tests are the worker. The API's process sweeps, too.
const house = useHouse({ ACCEPTD_ROLE: 'api' })
const SUSPECTS = suspectsOf('default')
let boss: PgBoss
let hints: Signals

beforeAll(async () => {
  boss = await startBoss({ pool: house.database.pool, queues: [], onError: () => undefined })
  hints = signals(house.database.db, { onError: () => undefined, origin: 'test' })
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
const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await house.database.pool.query<Row>(text, values)).rows

async function enrolled(): Promise<string> {
  const id = randomUUID()
  const slots = { default: 1000, [SUSPECTS]: 1 }
  await enrolWorker(house.database.db, { id, host: 'test', pid: 1, slots, concurrency: 1000 })
  await query(`update acceptd.workers set seen_at = 'infinity' where id = $1`, [id])
  return id
}
const submitted = async (count: number) =>
  (await Promise.all(Array.from({ length: count }, () => house.api.submit('flaky', {})))).map(
    ({ job }) => job.id,
  )
const claimed = async (worker: string, queue: string, limit: number) =>
  (await claim(deps(), worker, queue, limit)).map(({ id }) => id)

/** The worker is no more; two more processes than the API's take back what it had. */
async function dies(worker: string): Promise<void> {
  const sweepers = [1, 2].map(() => sweeper(deps(), pino({ level: 'silent' })))
  await removeWorker(house.database.db, worker)
  await until('its jobs to be taken back', async () => {
    await Promise.all(sweepers.map(({ sweep }) => sweep({ late: [], orphans: true }, 0)))
    return (await query('select from acceptd.jobs where worker_id = $1', [worker])).length === 0
  })
  expect(await audit(house.database.db)).toEqual([])
}
const states = (ids: readonly string[]) =>
  query<object>(
    `select distinct jobs.status, jobs.queue, delivery.name as delivered, crashes, max_attempts, reason
     from acceptd.jobs join acceptd.attempts on job_id = jobs.id and attempts.attempt = jobs.attempt
     left join acceptd_queue.job delivery on delivery.id = jobs.id
     where jobs.id = any($1::uuid[])`,
    [ids],
  )
const finish = async (worker: string) => {
  // One settler for all: what ends together is written together.
  const together = deps()
  for (const queue of ['default', SUSPECTS]) {
    const jobs = await claim(deps(), worker, queue, 1000)
    await Promise.all(
      jobs.map((job) => settle(together, job, { kind: 'completed', result: '{"attempt":1}' })),
    )
  }
  await removeWorker(house.database.db, worker)
}

/** One worker after another claims them and dies. */
async function twoDie(limit: number): Promise<void> {
  for (let death = 1; death <= 2; death++) {
    const worker = await enrolled()
    await claimed(worker, 'default', limit)
    await dies(worker)
  }
}

const takenBack = { status: 'pending', reason: 'worker-died' }

describe('a worker that died', () => {
  it('once: all its jobs run again, where they were; twice: they are suspects; more than a pass takes back too', async () => {
    const ids = await submitted(105)
    const worker = await enrolled()
    expect(await claimed(worker, 'default', 200)).toHaveLength(105)
    await dies(worker)
    const once = { ...takenBack, queue: 'default', delivered: 'default', crashes: 1, max_attempts: 12 }
    expect(await states(ids)).toEqual([once])
    const next = await enrolled()
    expect(await claimed(next, 'default', 200)).toHaveLength(105)
    await dies(next)
    const twice = { ...takenBack, queue: SUSPECTS, delivered: SUSPECTS, crashes: 2, max_attempts: 13 }
    expect(await states(ids)).toEqual([twice])
    await finish(await enrolled())
  })

  it('of a job for the third time: that one fails, and who ran beside it goes free, however many passes that takes', async () => {
    const [culprit] = await submitted(1)
    await twoDie(1)
    const others = await submitted(105)
    const worker = await enrolled()
    expect(await claimed(worker, SUSPECTS, 1)).toEqual([culprit])
    expect(await claimed(worker, 'default', 200)).toHaveLength(105)
    await dies(worker)
    expect(await house.api.job(`/jobs/${culprit}`)).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { code: 'crashed' },
    })
    expect(await states(others)).toEqual([
      {
        status: 'pending',
        queue: 'default',
        delivered: 'default',
        reason: 'bystander',
        crashes: 0,
        max_attempts: 12,
      },
    ])
    const { body } = await house.api.get(`/jobs/${others[0]}/attempts`).expect(200)
    expect(body).toMatchObject({ items: [{ outcome: 'crashed', reason: 'bystander' }] })
    await finish(await enrolled())
  })
})

describe('two jobs that kill, in two lanes', () => {
  it('end as crashed after three deaths each at most, and nobody else does', async () => {
    const lanes = ['default', 'aside']
    const submit = async (task: string, priority: number) =>
      (await house.api.submit(`${task}?priority=${priority}`, {})).job.id
    const innocent = [await submit('flaky', 9), await submit('aside', 9), await submit('flaky', 1)]
    const killers = [await submit('flaky', 0), await submit('aside', 0)]
    let deaths = 0
    /** One worker's life; answers whether it had anything to do. */
    const live = async (): Promise<boolean> => {
      const worker = await enrolled()
      const suspects = await Promise.all(lanes.map((lane) => claim(deps(), worker, suspectsOf(lane), 1)))
      // As slots would have it: one, of whichever lane. The rest goes back.
      const [one, ...back] = suspects.flat()
      for (const job of back) await settle(deps(), job, { kind: 'interrupted' })
      const others = await Promise.all(lanes.map((lane) => claim(deps(), worker, lane, 10)))
      const running = [...(one ? [one] : []), ...others.flat()]
      if (running.some(({ id }) => killers.includes(id))) {
        deaths++
        await dies(worker)
      } else {
        for (const job of running) await settle(deps(), job, { kind: 'completed', result: '{"attempt":1}' })
        await removeWorker(house.database.db, worker)
      }
      return running.length > 0
    }
    // New ones beside them each time.
    while (await live()) innocent.push(...(deaths < 4 ? [await submit('flaky', 0)] : []))
    const ends = await query<{ id: string; status: string }>(
      'select id, status from acceptd.jobs where id = any($1::uuid[])',
      [[...innocent, ...killers]],
    )
    const failed = ends.filter(({ status }) => status === 'failed').map(({ id }) => id)
    expect(failed.toSorted()).toEqual(killers.toSorted())
    expect(ends.filter(({ status }) => status === 'completed')).toHaveLength(innocent.length)
    expect(deaths).toBe(4)
  })
})

describe('a suspect', () => {
  const suspect = async (): Promise<string> => {
    const [id] = await submitted(1)
    await twoDie(1)
    return id!
  }

  it('stays one when it fails in the ordinary way or its worker is stopped, and ends in the ordinary way', async () => {
    const id = await suspect()
    const worker = await enrolled()
    const noWait = { retry: { limit: 9, delaySeconds: 0, maxDelaySeconds: 0 } }
    expect(await claimed(worker, SUSPECTS, 1)).toEqual([id])
    await settle(
      deps(),
      { id, attempt: 3, delivery: 0 },
      { kind: 'failed', failure: failure('task-failed', 'no', true) },
      noWait,
    )
    expect(await states([id])).toMatchObject([{ queue: SUSPECTS, delivered: SUSPECTS, crashes: 2 }])
    expect(await claimed(worker, SUSPECTS, 1)).toEqual([id])
    await settle(deps(), { id, attempt: 4, delivery: 1 }, { kind: 'interrupted' })
    expect(await states([id])).toMatchObject([{ queue: SUSPECTS, delivered: SUSPECTS, crashes: 2 }])
    await finish(worker)
    expect(await house.api.job(`/jobs/${id}`)).toMatchObject({ status: 'completed', attempt: 5 })
  })

  it('can be canceled; run again, it is like any other', async () => {
    const id = await suspect()
    await house.api.post(`/jobs/${id}/cancel`).expect(200)
    await house.api.post(`/jobs/${id}/retry`).expect(202)
    const worker = await enrolled()
    expect(await claimed(worker, 'default', 1)).toEqual([id])
    await settle(deps(), { id, attempt: 3, delivery: 0 }, { kind: 'completed', result: '{"attempt":3}' })
    await removeWorker(house.database.db, worker)
  })

  it('is seen by /health, and told when to ask again', async () => {
    const id = await suspect()
    await query(`update acceptd.jobs set run_at = now() - interval '90 seconds' where id = $1`, [id])
    const { body } = await house.api.get('/health').expect(200)
    expect(body).toMatchObject({ checks: { 'queue:oldestRunnable': [{ status: 'warn' }] } })
    const { headers } = await house.api.get(`/jobs/${id}`).expect(200)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    await finish(await enrolled())
  })

  it('stays with the others in a database that has no queue for suspects yet', async () => {
    const [id] = await submitted(1)
    const worker = await enrolled()
    await query(`update acceptd_queue.queue set name = 'away' where name = $1`, [SUSPECTS])
    await claimed(worker, 'default', 1)
    await dies(worker)
    await query(`update acceptd_queue.queue set name = $1 where name = 'away'`, [SUSPECTS])
    expect(await states([id!])).toMatchObject([{ queue: 'default', delivered: 'default', crashes: 1 }])
    await finish(await enrolled())
  })
})
