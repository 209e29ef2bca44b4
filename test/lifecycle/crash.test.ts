import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'

// The API runs here, in the test, and sweeps; the workers are processes that die.
const house = useHouse({ ACCEPTD_ROLE: 'api' })

const startWorker = (settings: Record<string, string> = {}) =>
  serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'worker', ...settings })

describe('a worker that dies', () => {
  it('has its job run again by another within seconds, and no attempt used up', async () => {
    const victim = await startWorker()
    const file = path.join(await temporaryFolder(), 'executions.txt')
    const { location } = await house.api.submit('count', { file, seconds: 1 })
    await house.reaches(location, 'running')
    victim.process.kill('SIGKILL')
    const heir = await startWorker()
    await house.reaches(location, 'completed')
    expect(await house.api.job(location)).toMatchObject({
      attempt: 2,
      maxAttempts: 4,
      result: { attempt: 2 },
    })
    heir.process.kill('SIGTERM')
    await heir.exited
  })

  it('three times over the same job is not given a fourth: that job fails, and none of those beside it', async () => {
    const nine = async () =>
      (
        await Promise.all(
          Array.from({ length: 9 }, () => house.api.submit('slow?priority=-1', { seconds: 0.01 })),
        )
      ).map(({ location }) => location)
    const { location } = await house.api.submit('crash', {})
    const others = await nine()
    for (let crash = 1; crash <= 3; crash++) {
      const worker = await startWorker({ ACCEPTD_CONCURRENCY: '10' })
      expect(await worker.exited).toBe('SIGKILL')
      // Its lease runs out, and this process's sweeper takes the jobs back.
      await until(
        'the job to be taken back',
        async () => (await house.api.job(location)).status !== 'running',
      )
      expect((await house.api.job(location)).attempt).toBe(crash)
      // Beside it are new ones each time.
      if (crash < 3) others.push(...(await nine()))
    }
    expect(await house.api.job(location)).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { code: 'crashed', retryable: false },
    })
    const worker = await startWorker()
    for (const other of others) {
      const { attempt, maxAttempts } = await house.reaches(other, 'completed')
      // One more is left, as after a first attempt.
      expect(maxAttempts - attempt).toBe(1)
    }
    worker.process.kill('SIGTERM')
    await worker.exited
  })
})
