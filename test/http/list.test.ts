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
  const body = response.body as { items: JobDocument[]; next?: string }
  expect(response.headers['link']).toBe(body.next && `<${body.next}>; rel="next"`)
  return body
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
