/** The gate, with workers before it and callees behind it. */
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { useCallee } from '../support/callee.ts'
import { json, workIn } from '../support/callee-scenes.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'
import type http from 'node:http'

const callee = useCallee()
const WORKER = { ACCEPTD_ROLE: 'worker', ACCEPTD_CALL_PRIVATE: 'yes', ACCEPTD_CALLS_PER_ORIGIN: '2' }
const house = useHouse({ ...WORKER, ACCEPTD_ROLE: 'all' })

const LATER = { limit: 5, delaySeconds: 3600 }
const submit = (url: string, more: object = {}) => house.api.submit('http', { url, retry: LATER, ...more })
const query = async <Row extends object>(sql: string, ...values: unknown[]) =>
  (await house.database.pool.query<Row>(sql, values)).rows
const endpoint = async (origin: string) => {
  const [row] = await query<{ state: string; held: boolean }>(
    'select state, held from acceptd.endpoints where origin = $1',
    origin,
  )
  return row
}
const stateOf = async (origin: string) => (await endpoint(origin))?.state
/** Pending and never tried. */
const untried = async (origin: string) => {
  const [row] = await query<{ count: number }>(
    `select count(*)::int from acceptd.jobs where target = $1 and status = 'pending' and attempt = 0`,
    origin,
  )
  return row?.count
}
const blocked = async (origin: string) => {
  const [row] = await query<{ count: number }>(
    `select count(*)::int from acceptd_queue.job q join acceptd.jobs j on j.id = q.id where j.target = $1 and q.blocked`,
    origin,
  )
  return row?.count
}
/** Has the circuit tried at once instead of in some seconds. */
const tryNow = (origin: string) =>
  query('update acceptd.endpoints set probe_at = now() where origin = $1', origin)
/** All workers have looked around so often since. */
const looks = async (times: number) => {
  for (let time = 0; time < times; time++) {
    const [{ now } = { now: new Date() }] = await query<{ now: Date }>('select clock_timestamp() as now')
    await until('all workers to look around', async () => {
      const late = await query('select from acceptd.workers where seen_at <= $1', now)
      return late.length === 0
    })
  }
}
/** Opens the circuit of a host that refuses; returns jobs of which none was tried. */
async function opened(url: string, waiting: number): Promise<readonly string[]> {
  await Promise.all(Array.from({ length: 10 }, () => submit(url)))
  await until('the circuit to open', async () => (await stateOf(url)) === 'open')
  const jobs = await Promise.all(Array.from({ length: waiting }, () => submit(url)))
  await until('all others to be held', async () => (await blocked(url)) === (await untried(url)))
  return jobs.map(({ location }) => location)
}

describe('a host that is dead', () => {
  it('keeps its jobs waiting, with no attempt used up, and nobody else’s', async () => {
    const dead = await callee.closedOrigin()
    const waiting = await opened(dead.url, 5)
    const live = await callee.origin()
    const { location } = await submit(`${live}/echo`)
    await house.reaches(location, 'completed')
    await looks(2)
    expect(await endpoint(dead.url)).toEqual({ state: 'open', held: true })
    for (const each of waiting) {
      expect(await house.api.job(each)).toMatchObject({ status: 'pending', attempt: 0 })
    }
    expect(await audit(house.database.db)).toEqual([])
    const [canceled = ''] = waiting
    await house.api.post(`${canceled}/cancel`).expect(200)
    expect(await house.api.job(canceled)).toMatchObject({ status: 'canceled', attempt: 0 })
    expect(await audit(house.database.db)).toEqual([])
  })

  it('is tried by exactly one job at a time, and once that has worked all others are let go', async () => {
    const host = await callee.closedOrigin()
    const second = await house.extend(WORKER)
    await opened(host.url, 0)
    const asked: http.ServerResponse[] = []
    callee.on('/one', (_, res) => void asked.push(res))
    const waiting = await Promise.all(Array.from({ length: 8 }, () => submit(`${host.url}/one`)))
    await until('all to be held', async () => (await blocked(host.url)) === 8)
    await host.open()

    for (const round of [1, 2]) {
      await tryNow(host.url)
      await until('one to try', () => asked.length === 1)
      expect(await stateOf(host.url)).toBe('half-open')
      await looks(3)
      expect(asked).toHaveLength(1)
      expect(await untried(host.url)).toBe(8 - round)
      asked.pop()?.writeHead(503).end()
      await until('it to open again', async () => (await stateOf(host.url)) === 'open')
      await looks(2)
      expect(asked).toHaveLength(0)
    }
    await tryNow(host.url)
    const answering = setInterval(() => {
      for (const res of asked.splice(0)) json(res, 200, {})
    }, 10)
    await until('all to be tried', async () => (await untried(host.url)) === 0)
    clearInterval(answering)
    for (const res of asked.splice(0)) json(res, 200, {})
    await until('nothing to be held', async () => (await endpoint(host.url))?.held === false)
    expect(await endpoint(host.url)).toEqual({ state: 'closed', held: false })
    expect(await audit(house.database.db)).toEqual([])
    const jobs = await Promise.all(waiting.map(({ location }) => house.api.job(location)))
    expect(jobs.filter(({ attempt }) => attempt === 1)).toHaveLength(8)
    await second.close()
  })

  it('is tried by those first that have tried it least: a path that never works keeps nobody from the others', async () => {
    const host = await callee.closedOrigin()
    await opened(host.url, 0)
    await host.open()
    const before = callee.received.length
    // Of those that opened it one is due again, older and more urgent than what comes now.
    await query(
      `with tired as (
        update acceptd.jobs set run_at = now(), priority = 100
        where id = (select id from acceptd.jobs where target = $1 and attempt = 1 limit 1) returning id
      )
      update acceptd_queue.job set start_after = now() where id = (select id from tired)`,
      host.url,
    )
    await until(
      'it to be held',
      async () => (await blocked(host.url)) === 1 + ((await untried(host.url)) ?? 0),
    )
    const fresh = await submit(`${host.url}/echo`)
    await until(
      'both to be held',
      async () => (await untried(host.url)) === 1 && (await blocked(host.url)) === 2,
    )
    await tryNow(host.url)
    await house.reaches(fresh.location, 'completed')
    expect(callee.received[before]?.url).toBe('/echo')
    expect(await stateOf(host.url)).toBe('closed')
  })

  it('that one process has heard of, the others know of too', async () => {
    const host = await callee.closedOrigin()
    await opened(host.url, 0)
    // A worker that has never called it.
    const second = await house.extend(WORKER)
    await submit(host.url)
    await until('it to be held', async () => ((await blocked(host.url)) ?? 0) > 0)
    await looks(2)
    expect(await untried(host.url)).toBe(await blocked(host.url))
    await second.close()
  })
})

describe('an origin', () => {
  it('has no more calls at once than it may, all workers together, and the others go on', async () => {
    const second = await house.extend(WORKER)
    const busy = await callee.origin()
    let [now, most] = [0, 0]
    const asked: http.ServerResponse[] = []
    callee.on('/busy', (_, res) => {
      most = Math.max(most, ++now)
      res.on('close', () => now--)
      asked.push(res)
    })
    const jobs = await Promise.all(Array.from({ length: 20 }, () => submit(`${busy}/busy`)))
    await until('as many calls as there may be', () => now === 2)
    const { location } = await submit(`${await callee.origin()}/echo`)
    await house.reaches(location, 'completed')
    await looks(2)
    const answering = setInterval(() => {
      for (const res of asked.splice(0)) json(res, 200, {})
    }, 5)
    for (const each of jobs) {
      expect(await house.reaches(each.location, 'completed')).toMatchObject({ attempt: 1 })
    }
    clearInterval(answering)
    expect(most).toBe(2)
    await until('nothing to be held', async () => (await endpoint(busy))?.held === false)
    await second.close()
  })

  it('is not full for ever of the jobs of a worker that died', async () => {
    const origin = await callee.origin()
    callee.on('/dies', ({ headers }, res) => {
      if (headers['acceptd-attempt'] !== '1') json(res, 200, {})
    })
    const jobs = await Promise.all(Array.from({ length: 4 }, () => submit(`${origin}/dies`)))
    await until('the first to call', () => callee.to('/dies').length === 2)
    // As when it is killed: nobody hands back what it runs.
    await query(
      `update acceptd.jobs set worker_id = gen_random_uuid() where target = $1 and worker_id is not null`,
      origin,
    )
    await until('the others to call', () => callee.to('/dies').length >= 4)
    callee.on('/dies', (_, res) => json(res, 200, {}))
    await query(
      `update acceptd.jobs set worker_id = gen_random_uuid() where target = $1 and worker_id is not null`,
      origin,
    )
    for (const { location } of jobs) await house.reaches(location, 'completed')
    expect(await audit(house.database.db)).toEqual([])
  })
})

describe('a job that waits for work that its callee accepted', () => {
  it('can be canceled though the host is not well by now', async () => {
    const origin = await callee.origin()
    const work = workIn('ours', '/gone/monitor', '/gone/result', '/gone/cancel')
    callee.on('/gone/start', (_, res) => work.accept(res))
    callee.on('/gone/monitor', (_, res) => work.going(res))
    callee.on('/gone/cancel', (_, res) => void res.writeHead(202).end())
    const { location, job } = await submit(`${origin}/gone/start`)
    await until('a look', () => callee.to('/gone/monitor').length > 0)
    await query(
      `update acceptd.endpoints set state = 'open', opened_at = now(), probe_at = now() + interval '1 hour'
       where origin = $1`,
      origin,
    )
    await until('it to be held', async () => (await blocked(origin)) === 1)
    expect(await house.api.job(location)).toMatchObject({ id: job.id, status: 'running', attempt: 1 })
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    expect(callee.to('/gone/cancel')).toHaveLength(1)
    expect(await stateOf(origin)).toBe('open')
  })
})

describe('a job that has waited for a day', () => {
  const age = (origin: string) =>
    query(`update acceptd.endpoints set opened_at = now() - interval '25 hours' where origin = $1`, origin)
  const overdue = async (locations: readonly string[]) => {
    const ids = locations.map((location) => location.split('/').at(-1))
    await query(
      `update acceptd.jobs set run_at = now() - interval '25 hours' where id = any($1::uuid[])`,
      ids,
    )
    await query(
      `update acceptd_queue.job set start_after = now() - interval '25 hours' where id = any($1::uuid[])`,
      ids,
    )
  }

  it('for a host that was not well all the time fails, and says so; the others wait on', async () => {
    const host = await callee.closedOrigin()
    const [younger = '', ...older] = await opened(host.url, 6)
    const waiting = house.api.get(older[0] ?? '').set('Prefer', 'wait=20')
    const told = waiting.then((response) => response.body as { status: string })
    await overdue(older)
    await looks(2)
    for (const location of older.slice(1)) {
      expect(await house.api.job(location)).toMatchObject({ status: 'pending', attempt: 0 })
    }
    await age(host.url)
    for (const location of older) {
      expect(await house.reaches(location, 'failed')).toMatchObject({
        error: { code: 'circuit-open', retryable: true, type: '/problems/circuit-open' },
      })
      const { body } = await house.api.get(`${location}/attempts`).expect(200)
      expect(body).toMatchObject({ items: [{ outcome: 'failed', reason: 'given-up' }] })
    }
    expect(await told).toMatchObject({ status: 'failed' })
    await looks(2)
    expect(await house.api.job(younger)).toMatchObject({ status: 'pending', attempt: 0 })
    expect(await audit(house.database.db)).toEqual([])
    await house.api.post(`${older[0]}/retry`).expect(202)
    await until(
      'it to be held again',
      async () => (await blocked(host.url)) === ((await untried(host.url)) ?? 0) + 1,
    )
  })

  it('for its turn only goes on waiting', async () => {
    const origin = await callee.origin()
    const asked: http.ServerResponse[] = []
    callee.on('/turn', (_, res) => void asked.push(res))
    const jobs = []
    for (let n = 0; n < 4; n++) jobs.push(await submit(`${origin}/turn`))
    await until('two to call', () => asked.length === 2)
    await until('two to be held', async () => (await blocked(origin)) === 2)
    await overdue(jobs.slice(2).map(({ location }) => location))
    await looks(2)
    expect(await untried(origin)).toBe(2)
    callee.on('/turn', (_, res) => json(res, 200, {}))
    for (const res of asked) json(res, 200, {})
    for (const { location } of jobs) await house.reaches(location, 'completed')
  })
})
