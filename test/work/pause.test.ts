import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()

interface Row {
  readonly resume_at: Date | null
  readonly worker_id: string | null
  readonly checkpoint: unknown
  readonly attempt: number
}
const rowOf = async (id: string) =>
  (
    await house.database.pool.query<Row>(
      'select resume_at, worker_id, checkpoint, attempt from acceptd.jobs where id = $1',
      [id],
    )
  ).rows[0]
const paused = (id: string) =>
  until('it to be paused', async () => ((await rowOf(id))?.resume_at ?? null) !== null)
const attemptsOf = async (location: string) => {
  const { body } = await house.api.get(`${location}/attempts`).expect(200)
  return (body as { items: Record<string, unknown>[] }).items
}

describe('a task that pauses', () => {
  it('goes on with what it left, as the same attempt', async () => {
    const { location } = await house.api.submit('pausing', { times: 2 })
    const done = await house.reaches(location, 'completed')
    expect(done).toMatchObject({ attempt: 1, maxAttempts: 2, result: { times: 2, attempt: 1 } })
    expect(await attemptsOf(location)).toMatchObject([{ outcome: 'completed', transcript: { times: 2 } }])
  })

  it('is running meanwhile, without a worker, and whoever polls sees no change', async () => {
    const { location, job } = await house.api.submit('pausing', { times: 1, seconds: 3600 })
    await paused(job.id)
    const first = await house.api.get(location).expect(200)
    expect(first.body).toMatchObject({ status: 'running', attempt: 1 })
    expect(await rowOf(job.id)).toMatchObject({ worker_id: null, checkpoint: { times: 1 } })
    const { body } = await house.api.get('/jobs?status=running').expect(200)
    expect((body as { items: { id: string }[] }).items.map(({ id }) => id)).toContain(job.id)
    const [underWay] = await attemptsOf(location)
    expect(underWay).toMatchObject({ outcome: 'running', transcript: { times: 0 } })
    expect(underWay).not.toHaveProperty('worker')
    expect(await audit(house.database.db)).toEqual([])
    await house.api.get(location).set('If-None-Match', String(first.headers['etag'])).expect(304)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })

  it('holds no slot: more than a worker has slots can wait at once', async () => {
    const waiting = await Promise.all(
      Array.from({ length: 25 }, () => house.api.submit('pausing', { times: 1, seconds: 3600 })),
    )
    for (const { job } of waiting) await paused(job.id)
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    await Promise.all(waiting.map((one) => house.api.post(`${one.location}/cancel`).expect(202)))
    for (const one of waiting) await house.reaches(one.location, 'canceled')
  })

  it('hears at once that it is canceled, and can tell whom it waits for', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'acceptd-')), 'canceled')
    const { location, job } = await house.api.submit('pausing', {
      times: 1,
      seconds: 3600,
      canceledFile: file,
    })
    await paused(job.id)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    expect(fs.readFileSync(file, 'utf8')).toBe('1\n')
    expect((await rowOf(job.id))?.checkpoint).toBeNull()
  })

  it('begins anew where an attempt has failed', async () => {
    const { location } = await house.api.submit('pausing', { times: 1, failAfter: 1 })
    const done = await house.reaches(location, 'completed')
    expect(done).toMatchObject({ attempt: 3, maxAttempts: 3, result: { times: 1, attempt: 3 } })
    expect((await attemptsOf(location)).map(({ outcome }) => outcome)).toEqual([
      'failed',
      'failed',
      'completed',
    ])
  })
})

describe('when the other side says when to come back', () => {
  it('that is when the next attempt is due', async () => {
    const { location } = await house.api.submit('pausing', {
      times: 0,
      failAfter: 0,
      retryAfterSeconds: 1000,
    })
    await until('the first attempt to fail', async () => (await house.api.job(location)).attempt === 1)
    const job = await house.reaches(location, 'pending')
    const wait = (Date.parse(job.nextAttemptAt ?? '') - Date.parse(job.updatedAt)) / 1000
    expect(wait).toBeCloseTo(1000, 0)
  })
})

describe('what a task is told', () => {
  it('is whose job it is, and the trace that the client began', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const { location } = await house.api.submit(
      'pausing',
      { times: 1 },
      { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    )
    expect(await house.reaches(location, 'completed')).toMatchObject({
      result: { trace, principal: 'anonymous' },
    })
  })

  it('is a trace of the job’s own where the client sent none, or nonsense', async () => {
    const { location, job } = await house.api.submit('pausing', { times: 0 }, { traceparent: '00-0-0-01' })
    const done = await house.reaches(location, 'completed')
    expect(done).toMatchObject({ result: { trace: job.id.replaceAll('-', '') } })
  })
})
