import { beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()
const submitted: string[] = []
const failed: string[] = []

beforeAll(async () => {
  for (let n = 0; n < 12; n++) {
    const { location, job } = await house.api.submit(n % 3 === 0 ? 'fail' : 'ok', {})
    await house.reaches(location, n % 3 === 0 ? 'failed' : 'completed')
    submitted.unshift(job.id)
    if (n % 3 === 0) failed.unshift(job.id)
  }
})

const page = async (path: string) => {
  const response = await house.api.get(path).expect(200)
  const body = response.body as { items: JobDocument[]; next?: string; prev?: string }
  const { self, next, prev } = linksIn(response.headers['link'])
  expect(self).toBe(path)
  expect({ next, prev }).toEqual({ next: body.next, prev: body.prev })
  return body
}

const linksIn = (field = ''): Record<string, string | undefined> => {
  const found = [...field.matchAll(/<([^>]*)>; rel="(\w+)"/g)]
  return Object.fromEntries(found.map(([, url = '', rel = '']) => [rel, url] as const))
}

const walk = async (path: string) => {
  const ids: string[] = []
  for (let next: string | undefined = path; next;) {
    const { items, next: following } = await page(next)
    ids.push(...items.map(({ id }) => id))
    next = following
  }
  return ids
}

describe('the list', () => {
  it('has the newest first, a page at a time, each job once', async () => {
    expect(await walk('/jobs?limit=5')).toEqual(submitted)
    expect((await page(`/jobs?limit=${submitted.length}`)).next).toBeUndefined()
    expect((await page('/jobs')).items).toHaveLength(submitted.length)
  })

  it('has only what the filters name, on every page', async () => {
    expect(await walk('/jobs?status=failed&limit=2')).toEqual(failed)
    expect(await walk('/jobs?task=fail&limit=3')).toEqual(failed)
    expect(await walk('/jobs?task=ok&status=failed')).toEqual([])
    expect(await walk('/jobs?task=never-heard-of')).toEqual([])
  })

  it('can be walked back, page by page, to the first', async () => {
    const pages = [await page('/jobs?limit=5')]
    for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) pages.push(await page(next))
    const forth = pages.map(({ items }) => items.map(({ id }) => id))
    const back = [forth.at(-1)]
    for (let prev = pages.at(-1)?.prev; prev;) {
      const { items, prev: before } = await page(prev)
      back.unshift(items.map(({ id }) => id))
      prev = before
    }
    expect(back).toEqual(forth)
    expect(pages[0]?.prev).toBeUndefined()
  })

  it('has only jobs with a tag, and only those of a time', async () => {
    const { job } = await house.api.submit('ok?tags=red,green', {})
    submitted.unshift(job.id)
    expect(await walk('/jobs?tag=green')).toEqual([job.id])
    expect(await walk('/jobs?tag=gree')).toEqual([])
    const [newest, oldest] = [submitted[0], submitted.at(-1)]
    expect(await walk(`/jobs?createdAfter=${encodeURIComponent(job.createdAt)}`)).toEqual([newest])
    const { createdAt } = await house.api.job(`/jobs/${submitted.at(-2)}`)
    expect(await walk(`/jobs?createdBefore=${encodeURIComponent(createdAt)}`)).toEqual([oldest])
    for (const time of ['0000-02-29T00:00:00Z', '0001-01-01T00:00:00%2B14:00', '9999-12-31T23:59:59-14:00'])
      await house.api.get(`/jobs?createdAfter=${time}`).expect(200)
    await house.api.get('/jobs?createdAfter=yesterday').expect(400)
  })

  it('has only what failed for a reason, and only what calls an origin, on every page', async () => {
    expect(await walk('/jobs?code=no-such-account&limit=3')).toEqual(failed)
    expect(await walk('/jobs?code=no-such-account&status=completed')).toEqual([])
    expect(await walk('/jobs?code=timed-out')).toEqual([])
    const calling = failed.slice(0, 3)
    await house.database.pool.query(
      `update acceptd.jobs set target = 'https://example.org:8443' where id = any($1)`,
      [calling],
    )
    const at = (origin: string) => walk(`/jobs?origin=${encodeURIComponent(origin)}&limit=2`)
    expect(await at('https://example.org:8443')).toEqual(calling)
    expect(await at('HTTPS://EXAMPLE.org:8443/')).toEqual(calling)
    expect(await at('https://example.org')).toEqual([])
    const { next = '' } = await page('/jobs?code=no-such-account&limit=1')
    await house.api.get(next.replace('no-such-account', 'timed-out')).expect(400)
  })

  it('leads back from a page that has become empty', async () => {
    const jobs = []
    for (let n = 0; n < 2; n++) jobs.push(await house.api.submit('ok?tags=short-lived', {}))
    for (const { location } of jobs) await house.reaches(location, 'completed')
    const { next = '' } = await page('/jobs?tag=short-lived&limit=1')
    await house.api.delete(jobs[0]?.location ?? '').expect(204)
    const empty = await page(next)
    expect(empty.items).toEqual([])
    expect(empty.prev).toBeDefined()
    await house.api.delete(jobs[1]?.location ?? '').expect(204)
  })

  it('is 400 for a cursor of a list with another filter', async () => {
    const { next = '' } = await page('/jobs?limit=2')
    await house.api.get(`${next}&status=failed`).expect(400)
  })

  it('leaves results out', async () => {
    const { items } = await page('/jobs?status=completed&limit=1')
    expect(items[0]).not.toHaveProperty('result')
  })

  it('keeps jobs that others add meanwhile out of the pages already begun', async () => {
    const first = await page('/jobs?limit=6')
    const { job } = await house.api.submit('ok', {})
    const rest = await walk(first.next ?? '')
    expect([...first.items.map(({ id }) => id), ...rest]).toEqual(submitted)
    submitted.unshift(job.id)
  })

  it.each([
    ['limit=abc', 'limit'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['status=done', 'status'],
    ['stats=failed', 'stats'],
    ['cursor=abc', 'cursor'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['task=a&task=b', 'task'],
    ['task=%00', 'task'],
    ['code=%00', 'code'],
    ['origin=example.org', 'origin'],
    ['origin=https://example.org/path', 'origin'],
    ['origin=file:///etc', 'origin'],
  ])('is 400 for ?%s: a mistyped filter must not mean everything', async (query, parameter) => {
    const { body } = await house.api.get(`/jobs?${query}`).expect(400)
    expect(body).toMatchObject({ code: 'invalid-parameter', errors: [{ parameter }] })
  })

  it('is 400 for a cursor that was tampered with', async () => {
    const { next } = await page('/jobs?limit=1')
    await house.api.get(`${next}x`).expect(400)
    await house.api.get(String(next).slice(0, -1)).expect(400)
  })
})
