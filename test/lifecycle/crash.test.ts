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

  it('three times over the same job is not given a fourth: the job fails as crashed, the others go on', async () => {
    const { location } = await house.api.submit('crash', {})
    const other = await house.api.submit('ok?priority=-1', {})
    for (let crash = 1; crash <= 3; crash++) {
      const worker = await startWorker({ ACCEPTD_CONCURRENCY: '1' })
      expect(await worker.exited).toBe('SIGKILL')
      // Its lease runs out, and this process's sweeper takes the job back.
      await until(
        'the job to be taken back',
        async () => (await house.api.job(location)).status !== 'running',
      )
    }
    expect(await house.api.job(location)).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { code: 'crashed', retryable: false },
    })
    const worker = await startWorker()
    await house.reaches(other.location, 'completed')
    worker.process.kill('SIGTERM')
    await worker.exited
  })
})
