import { describe, expect, it } from 'vitest'
import type { AttemptDocument } from '../../src/http/attempts.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()
const FAR = encodeURIComponent(new Date(Date.now() + 3_600_000).toISOString())
const attemptsAt = async (path: string) =>
  ((await house.api.get(path).expect(200)).body as { items: AttemptDocument[] }).items

describe('POST …/retry', () => {
  it('runs a failed job again as the same job, counting on, with its history', async () => {
    const { location, job } = await house.api.submit('fail', { how: 'transient' })
    const failed = await house.reaches(location, 'failed')
    expect(failed).toMatchObject({ attempt: 2, maxAttempts: 2, links: { retry: `${location}/retry` } })
    const again = await house.api.post(failed.links.retry ?? '').expect(202)
    expect(again.headers).toMatchObject({ location, 'content-location': location })
    expect(again.body).toMatchObject({ id: job.id, status: 'pending', done: false, maxAttempts: 4 })
    for (const gone of ['error', 'finishedAt', 'expiresAt']) expect(again.body).not.toHaveProperty(gone)
    expect(await house.reaches(location, 'failed')).toMatchObject({ attempt: 4, maxAttempts: 4 })
    const items = await attemptsAt(job.links.attempts)
    expect(items.map(({ attempt, outcome, reason }) => [attempt, outcome, reason])).toEqual([
      [1, 'failed', 'back-off'],
      [2, 'failed', 'attempts-used-up'],
      [3, 'failed', 'back-off'],
      [4, 'failed', 'attempts-used-up'],
    ])
  })

  it('runs a canceled job after all', async () => {
    const { location } = await house.api.submit(`ok?runAt=${FAR}`, { value: 1 })
    await house.api.post(`${location}/cancel`).expect(200)
    await house.api.post(`${location}/retry`).expect(202)
    expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 1, result: { value: 1 } })
  })

  it('is 409 for a job that is under way, and for one that has completed', async () => {
    const { location } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const open = await house.api.post(`${location}/retry`).expect(409)
    expect(open.body).toMatchObject({ code: 'job-not-terminal', job: location })
    const done = await house.api.submit('ok', {})
    await house.reaches(done.location, 'completed')
    const over = await house.api.post(`${done.location}/retry`).expect(409)
    expect(over.body).toMatchObject({ code: 'job-already-terminal' })
    await house.api.post('/jobs/nonsense/retry').expect(404)
  })

  it('happens once, however many ask at the same time', async () => {
    const { location } = await house.api.submit('fail', {})
    await house.reaches(location, 'failed')
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => house.api.post(`${location}/retry`).then(({ status }) => status)),
    )
    // One after another: a job that has failed again meanwhile may be retried again, but none runs twice at once.
    expect(answers.filter((status) => status === 202).length).toBeGreaterThanOrEqual(1)
    expect(answers.every((status) => status === 202 || status === 409)).toBe(true)
    const job = await house.reaches(location, 'failed')
    expect(job.attempt).toBe(1 + answers.filter((status) => status === 202).length)
  })
})

describe('the attempts at a job', () => {
  it('say who ran each, from when to when, and when the next one is due', async () => {
    const { location, job } = await house.api.submit('backing-off', {})
    await until('the job to back off', async () => {
      const { attempt, status } = await house.api.job(location)
      return attempt === 1 && status === 'pending'
    })
    const waiting = await house.api.job(location)
    expect(waiting.nextAttemptAt).toBe(waiting.runAt)
    const [first, ...others] = await attemptsAt(job.links.attempts)
    expect(others).toEqual([])
    expect(first).toMatchObject({
      attempt: 1,
      outcome: 'failed',
      reason: 'back-off',
      error: { detail: 'Come back later' },
      nextAttemptAt: waiting.runAt,
    })
    expect(String(first?.startedAt) <= String(first?.endedAt)).toBe(true)
  })

  it('have the one that runs, and end with what came of it', async () => {
    const { location, job } = await house.api.submit('slow', { seconds: 30 })
    expect(await attemptsAt(job.links.attempts).then((items) => items.length)).toBeLessThanOrEqual(1)
    await house.reaches(location, 'running')
    const [running] = await attemptsAt(job.links.attempts)
    expect(running).toMatchObject({ attempt: 1, outcome: 'running' })
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    expect(await attemptsAt(job.links.attempts)).toMatchObject([
      { attempt: 1, outcome: 'canceled', reason: 'canceled', worker: running?.worker },
    ])
  })
})
