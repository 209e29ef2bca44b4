import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()

describe('canceling', () => {
  it('a job that has not started answers 200 with it canceled', async () => {
    const { location } = await house.api.submit(`ok?runAt=${new Date(Date.now() + 60_000).toISOString()}`, {})
    const response = await house.api.post(`${location}/cancel`).expect(200)
    expect(response.body).toMatchObject({ status: 'canceled', done: true, attempt: 0 })
    expect(response.headers['content-location']).toBe(location)
  })

  it('a running job answers 202, tells the task, and ends canceled', async () => {
    const { location } = await house.api.submit('slow', { seconds: 60 })
    await house.reaches(location, 'running')
    const response = await house.api.post(`${location}/cancel`).expect(202)
    expect(response.headers).toMatchObject({
      location,
      'retry-after': expect.stringMatching(/^\d+$/) as string,
    })
    expect(response.body).toHaveProperty('cancelRequestedAt')
    const canceled = await house.reaches(location, 'canceled')
    expect(canceled).not.toHaveProperty('result')
    expect(canceled).not.toHaveProperty('error')
  })

  it('again is 200 with the same document', async () => {
    const { location } = await house.api.submit(`ok?runAt=${new Date(Date.now() + 60_000).toISOString()}`, {})
    const first = await house.api.post(`${location}/cancel`).expect(200)
    const again = await house.api.post(`${location}/cancel`).expect(200)
    expect(again.text).toBe(first.text)
  })

  it.each([
    ['ok', 'completed'],
    ['fail', 'failed'],
  ] as const)('a job that has ended is 409 and changes nothing: %s', async (task, end) => {
    const { location } = await house.api.submit(task, {})
    const before = await house.reaches(location, end)
    const response = await house.api.post(`${location}/cancel`).expect(409)
    expect(response.body).toMatchObject({ code: 'job-already-terminal', job: location, retryable: false })
    expect(await house.api.job(location)).toEqual(before)
  })

  it('a job in back-off ends it: no further attempt is made', async () => {
    const { location } = await house.api.submit('backing-off', {})
    await until('back-off', async () => {
      const { status, attempt } = await house.api.job(location)
      return status === 'pending' && attempt === 1
    })
    const response = await house.api.post(`${location}/cancel`).expect(200)
    expect(response.body).toMatchObject({ status: 'canceled', attempt: 1 })
  })

  it('racing the natural end leaves one terminal status, and a result only if completed', async () => {
    const rounds = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { location } = await house.api.submit('ok', { value: 1 })
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => house.api.post(`${location}/cancel`)),
        )
        expect(answers.every(({ status }) => [200, 202, 409].includes(status))).toBe(true)
        return location
      }),
    )
    for (const location of rounds) {
      const job = await house.reaches(location, 'completed').catch(() => house.api.job(location))
      expect(['completed', 'canceled']).toContain(job.status)
      expect('result' in job).toBe(job.status === 'completed')
      expect(await house.api.job(location)).toEqual(job)
    }
  })
})
