import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()

describe('retries', () => {
  it('go on until the task completes, and the job never says failed on the way', async () => {
    const { location } = await house.api.submit('flaky', { failures: 3 })
    const done = await house.reaches(location, 'completed') // throws if it ever reads a terminal status other than that
    expect(done).toMatchObject({ attempt: 4, result: { attempt: 4 } })
  })

  it('end when the attempts are used up, with the last failure', async () => {
    const { location } = await house.api.submit('fail', { how: 'transient' })
    const failed = await house.reaches(location, 'failed')
    expect(failed).toMatchObject({
      attempt: 2,
      maxAttempts: 2,
      error: { detail: 'The other side is busy', retryable: true },
    })
  })

  it('are not made for an error the task says is permanent', async () => {
    const { location } = await house.api.submit('fail', { how: 'permanent' })
    expect((await house.reaches(location, 'failed')).attempt).toBe(1)
  })

  it('survive whatever a task may throw', async () => {
    const { location } = await house.api.submit('fail', { how: 'null' })
    expect(await house.reaches(location, 'failed')).toMatchObject({
      attempt: 2,
      error: { code: 'task-failed' },
    })
  })
})

describe('a timeout', () => {
  it('ends the attempt even if the task does not listen, and what it returns later changes nothing', async () => {
    const { location } = await house.api.submit('stubborn', { seconds: 1 })
    const failed = await house.reaches(location, 'failed')
    expect(failed.error).toMatchObject({ code: 'timed-out', retryable: true })
    // It still holds its slot until it returns; then there are ten free again.
    const others = await Promise.all(
      Array.from({ length: 10 }, () => house.api.submit('slow', { seconds: 1 })),
    )
    await until('all ten to run at once', async () => {
      const jobs = await Promise.all(others.map((other) => house.api.job(other.location)))
      return jobs.every(({ status }) => status !== 'pending')
    })
    expect(await house.api.job(location)).toEqual(failed)
  })
})

describe('progress', () => {
  it('shows while the task runs, with its note, and starts over with the next attempt', async () => {
    const { location } = await house.api.submit('slow', { seconds: 20 })
    await until('progress', async () => ((await house.api.job(location)).progress ?? 0) > 0)
    const job = await house.api.job(location)
    expect(job.progressNote).toMatch(/^step \d+ of 200$/)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })
})

describe('a worker', () => {
  it('leaves jobs of tasks it does not know to those that do', async () => {
    const { location, job } = await house.api.submit(
      `ok?runAt=${new Date(Date.now() + 300).toISOString()}`,
      {},
    )
    await house.database.pool.query(`update acceptd.jobs set task = 'of-the-next-version' where id = $1`, [
      job.id,
    ])
    await until('it to be handed back', async () => (await house.api.job(location)).maxAttempts > 3)
    expect(await house.api.job(location)).toMatchObject({ status: 'pending', attempt: 1, maxAttempts: 4 })
    await house.database.pool.query(`update acceptd.jobs set task = 'ok' where id = $1`, [job.id])
    await house.reaches(location, 'completed')
  })

  it('fails a job whose stored input no longer fits its task, at once and clearly', async () => {
    const { location, job } = await house.api.submit(
      `slow?runAt=${new Date(Date.now() + 300).toISOString()}`,
      { seconds: 1 },
    )
    await house.database.pool.query(`update acceptd.jobs set input = '{"seconds": "ten"}' where id = $1`, [
      job.id,
    ])
    const failed = await house.reaches(location, 'failed')
    expect(failed).toMatchObject({
      attempt: 1,
      error: { retryable: false, detail: expect.stringContaining('#/seconds') as string },
    })
  })

  it('runs no more jobs at once than it has slots, and takes the next as one is free', async () => {
    const narrow = await house.extend({ ACCEPTD_ROLE: 'worker', ACCEPTD_CONCURRENCY: '1' })
    const jobs = await Promise.all(
      Array.from({ length: 15 }, () => house.api.submit('slow', { seconds: 0.3 })),
    )
    const workers = () =>
      house.database.pool.query<{ running: number }>(
        `select count(*)::int as running from acceptd.jobs where status = 'running' group by worker_id order by 1`,
      )
    await until('both to be busy', async () => (await workers()).rows.length === 2)
    expect(
      (await workers()).rows.every(({ running }, n) => running <= (n === 0 ? 1 : 10) || running <= 10),
    ).toBe(true)
    await Promise.all(jobs.map(({ location }) => house.reaches(location, 'completed')))
    await narrow.close()
  })
})
