import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()

const post = (path: string, body: object, key: string) =>
  house.api.post(path).set('Idempotency-Key', key).send(body)

const jobsOf = async (key: string) => {
  const sql = 'select count(*)::int as count from acceptd.jobs where idempotency_key = $1'
  return (await house.database.pool.query<{ count: number }>(sql, [key])).rows[0]?.count
}

describe('the same key with the same request', () => {
  it('answers the same job, marked as a replay, and does the work once', async () => {
    const key = randomUUID()
    const first = await post('/tasks/ok', { value: 1 }, `"${key}"`).expect(202)
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    const again = await post('/tasks/ok', { value: 1 }, `"${key}"`).expect(202)
    expect(again.headers).toMatchObject({
      'idempotent-replayed': 'true',
      location: first.headers['location'],
    })
    expect(await jobsOf(key)).toBe(1)
  })

  it('is a replay while the job runs: 202, never 409', async () => {
    const key = randomUUID()
    const first = await post('/tasks/slow', { seconds: 30 }, key).expect(202)
    const location = first.headers['location'] as string
    await house.reaches(location, 'running')
    const again = await post('/tasks/slow', { seconds: 30 }, key).expect(202)
    expect(again.body).toMatchObject({ status: 'running' })
    expect(again.headers['location']).toBe(location)
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(0)
    await house.api.post(`${location}/cancel`)
    await house.reaches(location, 'canceled')
    const canceled = await post('/tasks/slow', { seconds: 30 }, key).expect(202)
    expect(canceled.body).toMatchObject({ status: 'canceled' })
  })

  it('answers the job as it has become, and runs nothing again', async () => {
    const cases = [
      ['ok', { value: 2 }, 'completed'],
      ['fail', { how: 'permanent' }, 'failed'],
    ] as const
    for (const [task, input, end] of cases) {
      const key = randomUUID()
      const first = await post(`/tasks/${task}`, input, key).expect(202)
      const done = await house.reaches(first.headers['location'] as string, end)
      const again = await post(`/tasks/${task}`, input, key).expect(202)
      expect(again.body).toEqual(done)
      expect(again.headers).not.toHaveProperty('retry-after')
      expect(await house.api.job(first.headers['location'] as string)).toEqual(done)
    }
  })

  it('is the same whatever the order of members, the white space, the door or the spelling of a time', async () => {
    const key = randomUUID()
    const first = await post(
      '/jobs',
      { task: 'count', input: { file: '/dev/null', seconds: 0 }, runAt: '2020-01-01T00:00:00Z' },
      key,
    )
    const replays = [
      post(
        '/jobs',
        { runAt: '2020-01-01T02:00:00+02:00', input: { seconds: 0, file: '/dev/null' }, task: 'count' },
        key,
      ),
      post(
        '/jobs',
        {
          task: 'count',
          input: { file: '/dev/null', seconds: -0 },
          runAt: '2020-01-01T00:00:00.000Z',
          priority: 0,
          tags: [],
        },
        key,
      ),
      post('/tasks/count?runAt=2020-01-01T00:00:00Z', { seconds: 0.0, file: '/dev/null' }, key),
      house.api
        .post('/tasks/count?runAt=2020-01-01T00:00:00Z&priority=0')
        .set({
          'Idempotency-Key': key,
          Prefer: 'wait=1',
          traceparent: 'x',
          'Content-Type': 'application/json',
        })
        .send(' { "seconds" : 0e0 ,\n "file" : "\\u002fdev/null" } '),
    ]
    for (const replay of await Promise.all(replays)) {
      expect(replay.headers).toMatchObject({
        'idempotent-replayed': 'true',
        location: first.headers['location'],
      })
    }
    expect(await jobsOf(key)).toBe(1)
  })

  it('may be bare or quoted, with or without parameters', async () => {
    const key = randomUUID()
    const first = await post('/tasks/ok', {}, key).expect(202)
    for (const spelling of [`"${key}"`, `"${key}";a=1`]) {
      const again = await post('/tasks/ok', {}, spelling).expect(202)
      expect(again.headers['location']).toBe(first.headers['location'])
    }
  })

  it('makes one job out of 1,000 submissions at once, and 1,000 equal Locations', async () => {
    const key = randomUUID()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1000 })
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => post('/tasks/ok', { value: 'storm' }, key).agent(agent)),
    )
    agent.destroy()
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ headers }) => headers['location'] as string)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1)
    expect(await jobsOf(key)).toBe(1)
  })

  it('is safe to repeat when the answer was lost', async () => {
    const key = randomUUID()
    await new Promise<void>((resolve) => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key }
      const request = http.request(`${house.url}/tasks/ok`, { method: 'POST', headers })
      request.on('error', () => resolve())
      request.end('{"value": "lost"}', () => request.destroy())
      request.on('close', () => resolve())
    })
    const retry = await post('/tasks/ok', { value: 'lost' }, key).expect(202)
    await house.reaches(retry.headers['location'] as string, 'completed')
    expect(await jobsOf(key)).toBe(1)
  })
})

describe('the same key with another request', () => {
  it.each([
    ['another input', '/tasks/ok', { value: 2 }],
    ['another task', '/tasks/slow', { value: 1 }],
    ['other options', '/tasks/ok?priority=1', { value: 1 }],
    ['an input that is not even valid', '/tasks/ok', { value: 1, vlaue: 1 }],
    ['the whole submission', '/jobs', { task: 'ok', input: { value: 1 }, tags: ['x'] }],
  ])('is refused with 422: %s', async (_what, path, body) => {
    const key = randomUUID()
    const first = await post('/tasks/ok', { value: 1 }, key).expect(202)
    const refused = await post(path, body, key).expect(422)
    expect(refused.body).toMatchObject({ code: 'idempotency-key-reused', retryable: false })
    expect(JSON.stringify(refused.body)).not.toContain((first.body as JobDocument).id)
    expect(await jobsOf(key)).toBe(1)
  })
})

describe('a key', () => {
  it.each([
    ['an open quote', '"abc'],
    ['a bad escape', '"a\\x"'],
    ['an empty string', '""'],
    ['nothing', ''],
    ['single quotes', "'abc'"],
    ['too long, quoted', `"${'k'.repeat(256)}"`],
    ['too long, bare', 'k'.repeat(256)],
    ['not ASCII', '"k\u00e9y"'],
    ['not ASCII, bare', 'k\u00e9y'],
    ['two in one', '"a", "b"'],
    ['a number with a sign of its own', '?1'],
    ['a list', '("a" "b")'],
    ['a space inside', 'a b'],
  ])('that is malformed is 400, never ignored: %s', async (_what, key) => {
    const refused = await post('/tasks/ok', {}, key).expect(400)
    expect(refused.body).toMatchObject({ code: 'idempotency-key-invalid' })
  })

  it('given twice is 400', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = [
        'Content-Type',
        'application/json',
        'Idempotency-Key',
        '"a"',
        'Idempotency-Key',
        '"b"',
        'Content-Length',
        '2',
      ]
      const request = http.request(`${house.url}/tasks/ok`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.end('{}')
    })
    expect(status).toBe(400)
  })

  it('of 255 characters is taken', async () => {
    await post('/tasks/ok', {}, `"${'k'.repeat(255)}"`).expect(202)
  })

  it('is not bound by a request that was refused', async () => {
    const key = randomUUID()
    await post('/tasks/ok', { vlaue: 1 }, key).expect(422)
    await post('/tasks/nope', {}, key).expect(404)
    await house.api.post('/tasks/ok').set({ 'Idempotency-Key': key, Accept: 'text/csv' }).send({}).expect(406)
    const accepted = await post('/tasks/ok', { value: 1 }, key).expect(202)
    expect(accepted.headers).not.toHaveProperty('idempotent-replayed')
  })

  it('is optional: without one, the same request twice is two jobs', async () => {
    const [a, b] = await Promise.all([house.api.submit('ok', {}), house.api.submit('ok', {})])
    expect(a.location).not.toBe(b.location)
  })

  it('belongs to a principal: the same one of somebody else is another', async () => {
    const key = randomUUID()
    const mine = await post('/tasks/ok', {}, key).expect(202)
    const { id } = mine.body as JobDocument
    await until('the job to end', async () => (await house.api.job(`/jobs/${id}`)).done)
    await house.database.pool.query(`update acceptd.jobs set principal = 'somebody else' where id = $1`, [id])
    const other = await post('/tasks/ok', {}, key).expect(202)
    expect(other.headers).not.toHaveProperty('idempotent-replayed')
    await house.api.get(`/jobs/${id}`).expect(404)
  })
})

describe('a key whose submission is under way', () => {
  it('waits for it, and past a bound answers 409, to be repeated', async () => {
    const key = randomUUID()
    const client = await house.database.pool.connect()
    await client.query('begin')
    await client.query(
      `insert into acceptd.jobs (id, principal, task, input, max_attempts, idempotency_key, fingerprint)
       values (gen_random_uuid(), 'anonymous', 'ok', '{}', 1, $1, 'held')`,
      [key],
    )
    const waiting = await post('/tasks/ok', {}, key).expect(409)
    expect(waiting.body).toMatchObject({ code: 'idempotency-in-progress', retryable: true })
    expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(0)
    await client.query('rollback')
    client.release()
    await post('/tasks/ok', {}, key).expect(202)
  })
})
