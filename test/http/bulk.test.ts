import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import type { HttpContext } from '../../src/http/context.ts'
import { manyJobsHandlers } from '../../src/http/many-jobs.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()

interface Done {
  readonly matched: number
  readonly retried?: number
  readonly deleted?: number
  readonly more: boolean
  readonly next?: string
}

/** Of one tag, so that no test meets the jobs of another. */
async function failedJobs(tag: string, count: number, task = 'fail'): Promise<string[]> {
  const locations: string[] = []
  for (let n = 0; n < count; n++) locations.push((await house.api.submit(`${task}?tags=${tag}`, {})).location)
  for (const location of locations) await house.reaches(location, 'failed')
  return locations
}

const ask = async (path: string) => (await house.api.post(path).expect(200)).body as Done
const attemptOf = async (location: string) => (await house.api.job(location)).attempt
const idOf = (location: string) => location.split('/').at(-1)
const update = (change: string, location: string) =>
  house.database.pool.query(`update acceptd.jobs set ${change} where id = $1`, [idOf(location)])

describe('POST /jobs/retry', () => {
  it('runs again what has failed, as the same jobs with as many attempts as their task allows', async () => {
    const [location = ''] = await failedJobs('again', 1)
    await house.api.submit('ok?tags=again', {}).then((ok) => house.reaches(ok.location, 'completed'))
    expect(await ask('/jobs/retry?tag=again')).toEqual({ matched: 1, retried: 1, more: false })
    const again = await house.reaches(location, 'failed')
    expect(again).toMatchObject({ attempt: 2, maxAttempts: 3 })
  })

  it('gives one attempt to a job whose task is not known here', async () => {
    const [location = ''] = await failedJobs('foreign', 1)
    await update(`task = 'never-heard-of', queue = 'nobody', max_attempts = 9`, location)
    await house.database.pool.query('select acceptd_queue.create_queue($1, $2)', [
      'nobody',
      { policy: 'standard' },
    ])
    expect(await ask('/jobs/retry?tag=foreign')).toMatchObject({ retried: 1 })
    expect(await house.api.job(location)).toMatchObject({ status: 'pending', maxAttempts: 2 })
    await house.api.post(`${location}/cancel`).expect(200)
  })

  it('has canceled jobs only where that is said', async () => {
    const { location } = await house.api.submit('ok?tags=stopped&runAt=2026-12-31T09:00:00Z', {})
    await house.api.post(`${location}/cancel`).expect(200)
    expect(await ask('/jobs/retry?tag=stopped')).toMatchObject({ matched: 0 })
    expect(await ask('/jobs/retry?tag=stopped&status=canceled')).toMatchObject({ retried: 1 })
    await house.reaches(location, 'completed')
  })

  it('begins with the oldest, and goes on where `next` leads, each job once though it fails again at once', async () => {
    const locations = await failedJobs('many', 5)
    const first = await ask('/jobs/retry?tag=many&limit=2')
    expect(first).toMatchObject({ matched: 2, retried: 2, more: true })
    for (const location of locations.slice(0, 2)) await house.reaches(location, 'failed')
    expect(await Promise.all(locations.map(attemptOf))).toEqual([2, 2, 1, 1, 1])
    const second = await ask(first.next ?? '')
    expect(second).toMatchObject({ retried: 2, more: true })
    const third = await ask(second.next ?? '')
    expect(third).toEqual({ matched: 1, retried: 1, more: false })
    for (const location of locations) await house.reaches(location, 'failed')
    expect(await Promise.all(locations.map(attemptOf))).toEqual([2, 2, 2, 2, 2])
  })

  it('says that there are no more where the limit is just reached', async () => {
    await failedJobs('exact', 2)
    expect(await ask('/jobs/retry?tag=exact&limit=2')).toEqual({ matched: 2, retried: 2, more: false })
  })

  it('takes those of a failure and of an origin, and nobody else’s', async () => {
    const [one = '', two = '', three = ''] = await failedJobs('which', 3)
    await update(`target = 'https://example.org'`, one)
    await update(`principal = 'somebody'`, two)
    await update(`failure = failure || '{"code":"timed-out"}'`, three)
    const count = async (query: string) => (await ask(`/jobs/retry?tag=which&dryRun=true&${query}`)).matched
    expect(await count('')).toBe(2)
    expect(await count('code=timed-out')).toBe(1)
    expect(await count('code=no-such-account')).toBe(1)
    expect(await count('origin=https://example.org')).toBe(1)
    expect(await count('origin=HTTPS://Example.ORG:443/')).toBe(1)
    expect(await count('origin=http://example.org')).toBe(0)
    expect(await ask('/jobs/retry?tag=which')).toMatchObject({ retried: 2 })
    for (const location of [one, three]) await house.reaches(location, 'failed')
  })

  it('leaves out what somebody else holds, without waiting for it', async () => {
    const [held = '', free = ''] = await failedJobs('held', 2)
    const client = await house.database.pool.connect()
    await client.query('begin')
    await client.query('select from acceptd.jobs where id = $1 for update', [idOf(held)])
    expect(await ask('/jobs/retry?tag=held')).toEqual({ matched: 1, retried: 1, more: false })
    await client.query('rollback')
    client.release()
    await house.reaches(free, 'failed')
    expect(await attemptOf(held)).toBe(1)
  })
})

describe('a process that accepts no more jobs', () => {
  it('runs none again, as it would not a single one, but counts them', async () => {
    const many = manyJobsHandlers({
      deps: { db: house.database.db },
      refusing: AbortSignal.abort(),
    } as unknown as HttpContext)
    const request = (query: object) =>
      ({ originalUrl: '/jobs/retry', query, get: () => undefined }) as unknown as Request
    const sent: string[] = []
    const response = {
      locals: { principal: 'nobody' },
      writeHead: () => undefined,
      end: (text: string) => sent.push(text),
    } as unknown as Response
    await expect(many.retry(request({}), response)).rejects.toThrow('stopping')
    await many.retry(request({ dryRun: 'true' }), response)
    expect(sent).toEqual(['{"dryRun":true,"matched":0,"more":false}\n'])
  })
})

describe('POST /jobs/delete', () => {
  it('deletes what has ended so, with its keys, and nothing else', async () => {
    const key = { 'Idempotency-Key': 'bulk-delete' }
    const { location } = await house.api.submit('ok?tags=litter', {}, key)
    await house.reaches(location, 'completed')
    const [failed = ''] = await failedJobs('litter', 1)
    expect(await ask('/jobs/delete?status=completed&tag=litter')).toEqual({
      matched: 1,
      deleted: 1,
      more: false,
    })
    await house.api.get(location).expect(410)
    await house.api.get(failed).expect(200)
    expect((await house.api.submit('ok?tags=litter', {}, key)).location).not.toBe(location)
    expect(
      await ask('/jobs/delete?status=completed&tag=litter&createdBefore=2020-01-01T00:00:00Z'),
    ).toMatchObject({ matched: 0 })
  })

  it('goes on where `next` leads', async () => {
    const locations = await failedJobs('heap', 3)
    const { next, ...first } = await ask('/jobs/delete?status=failed&tag=heap&limit=2')
    expect(first).toEqual({ matched: 2, deleted: 2, more: true })
    expect(await ask(next ?? '')).toEqual({ matched: 1, deleted: 1, more: false })
    for (const location of locations) await house.api.get(location).expect(410)
  })
})

describe('a dry run', () => {
  it('counts and changes nothing', async () => {
    const [location = ''] = await failedJobs('dry', 1)
    const before = await house.api.get(location).expect(200)
    const counted = { dryRun: true, matched: 1, more: false }
    expect(await ask('/jobs/retry?tag=dry&dryRun=true')).toEqual(counted)
    expect(await ask('/jobs/delete?status=failed&tag=dry&dryRun=true')).toEqual(counted)
    const after = await house.api.get(location).expect(200)
    expect(after.headers['etag']).toBe(before.headers['etag'])
  })
})

describe('what does not say which jobs', () => {
  it.each([
    ['delete', '', 'status'],
    ['delete', 'tag=x', 'status'],
    ['delete', 'status=running', 'status'],
    ['retry', 'status=completed', 'status'],
    ['retry', 'limit=0', 'limit'],
    ['retry', 'limit=10001', 'limit'],
    ['retry', 'dryRun=yes', 'dryRun'],
    ['retry', 'cursor=abc', 'cursor'],
    ['retry', 'endedBefore=now', 'endedBefore'],
    ['retry', 'code=%00', 'code'],
    ['retry', 'code=a&code=b', 'code'],
    ['retry', 'origin=example.org', 'origin'],
    ['retry', 'origin=ftp://example.org', 'origin'],
    ['retry', 'origin=https://example.org/path', 'origin'],
    ['retry', 'origin=https://me@example.org', 'origin'],
    ['retry', 'origin=https://', 'origin'],
  ])('is 400: POST /jobs/%s?%s', async (verb, query, parameter) => {
    const { body } = await house.api.post(`/jobs/${verb}?${query}`).expect(400)
    expect(body).toMatchObject({ code: 'invalid-parameter', errors: [{ parameter }] })
  })

  it('is 400 with a suggestion where a filter is mistyped', async () => {
    const { body } = await house.api.post('/jobs/retry?statsu=failed').expect(400)
    expect(JSON.stringify(body)).toContain('Did you mean \\"status\\"?')
  })

  it('is 400 where the filters are in a body, which would have meant all', async () => {
    const { body } = await house.api.post('/jobs/retry').send({ tag: 'x' }).expect(400)
    expect(body).toMatchObject({ code: 'invalid-parameter' })
  })
})
