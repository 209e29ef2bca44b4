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
    // They hold their slots until they return; then there are ten free again.
    const others = await Promise.all(
      Array.from({ length: 10 }, () => house.api.submit('slow', { seconds: 60 })),
    )
    await until('all ten to run at once', async () => {
      const jobs = await Promise.all(others.map((other) => house.api.job(other.location)))
      return jobs.every(({ status }) => status === 'running')
    })
    expect(await house.api.job(location)).toEqual(failed)
    await Promise.all(others.map((other) => house.api.post(`${other.location}/cancel`).expect(202)))
  })
})

describe('progress', () => {
  it('shows while the task runs, with its note', async () => {
    const { location } = await house.api.submit('slow', { seconds: 20 })
    await until('progress', async () => ((await house.api.job(location)).progress ?? 0) > 0)
    const job = await house.api.job(location)
    expect(job.progressNote).toMatch(/^step \d+ of 200$/)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })
})

describe('a worker', () => {
  /** Changes the row of a job that is not due, and then makes it due. */
  const altered = async (task: string, column: string, value: string) => {
    const accepted = await house.api.submit(
      `${task}?runAt=${new Date(Date.now() + 3600_000).toISOString()}`,
      {},
    )
    const { pool } = house.database
    await pool.query(`update acceptd.jobs set ${column} = $2, run_at = now() where id = $1`, [
      accepted.job.id,
      value,
    ])
    await pool.query('update acceptd_queue.job set start_after = now() where id = $1', [accepted.job.id])
    return accepted
  }

  it('leaves jobs of tasks it does not know to those that do', async () => {
    const { location, job } = await altered('ok', 'task', 'of-the-next-version')
    await until('it to be handed back', async () => (await house.api.job(location)).maxAttempts > 3)
    const handedBack = await house.api.job(location)
    expect(handedBack).toMatchObject({ status: 'pending', attempt: 1, maxAttempts: 4 })
    // Due since it was: a job that nobody knows grows old, and /health says so.
    expect(Date.parse(handedBack.runAt)).toBeLessThan(Date.parse(handedBack.startedAt ?? ''))
    await house.database.pool.query(`update acceptd.jobs set task = 'ok' where id = $1`, [job.id])
    await house.reaches(location, 'completed')
  })

  it('fails a job whose stored input no longer fits its task, at once and clearly', async () => {
    const { location } = await altered('slow', 'input', '{"seconds": "ten"}')
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
    await until('both to be busy', async () => {
      const counts = (await workers()).rows.map(({ running }) => running)
      expect(counts.every((count) => count <= 10)).toBe(true)
      expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(1)
      return counts.length === 2
    })
    await Promise.all(jobs.map(({ location }) => house.reaches(location, 'completed')))
    await narrow.close()
  })
})
