import { describe, expect, it } from 'vitest'
import { FIXTURE_TASKS, useHouse } from '../support/house.ts'
import { linesOf } from '../support/log-lines.ts'
import { acceptd, serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

// The API runs here, in the test; the tasks run in a process that is to survive them.
const house = useHouse({ ACCEPTD_ROLE: 'api' })

const startWorker = (env: Readonly<Record<string, string>> = {}) =>
  serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'worker', NODE_ENV: 'production', ...env })

describe('a worker', () => {
  it('lives through whatever a task throws, says it in the log, and fails the job with what may be shown', async () => {
    const worker = await startWorker()
    const members = house.catalogue.get('throws')?.inputSchema['properties'] as { what: { enum: string[] } }
    const all = members.what.enum
    expect(all.length).toBeGreaterThan(25)
    for (const each of all) {
      const { location, job } = await house.api.submit('throws', { what: each })
      const { error, attempt } = await house.reaches(location, 'failed')
      expect({ each, attempt, ...error }).toMatchObject({
        each,
        attempt: 1,
        code: 'task-failed',
        retryable: true,
      })
      expect(error?.detail).toMatch(/^(The task ended with an unexpected error|Not now$|x{2000}…$)/)
      const ending = () => linesOf(worker).find((line) => line.msg === 'attempt' && line.job === job.id)
      await until(`the line about ${each}`, () => ending() !== undefined)
      expect(ending()).toMatchObject({ outcome: 'failed', code: 'task-failed' })
      expect(JSON.stringify(ending()).length).toBeLessThan(100_000)
    }
    const errors = linesOf(worker).map(({ err }) => err as { message?: string; stack?: string } | undefined)
    expect(errors.find((err) => err?.message === 'frozen')?.stack).toContain('throws.ts:')
    expect(worker.output()).not.toContain('could not be settled')
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('says for how long a task held up all others, and which it may have been', async () => {
    const worker = await startWorker()
    const still = () => linesOf(worker).find(({ msg }) => msg.startsWith('the event loop stood still'))
    // Not told is one that falls into the time of a look at the database.
    await until('it to be told', async () => {
      const { location } = await house.api.submit('busy', { seconds: 4 })
      await house.reaches(location, 'completed')
      return still() !== undefined
    })
    expect(still()).toMatchObject({ running: 1, jobs: [{ task: 'busy', attempt: 1 }] })
    expect(still()?.['ms']).toBeGreaterThan(2000)
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('is ended where a task holds up all others for good, and another runs the job', async () => {
    // It waits already: the process may stand still before it has said that it is ready.
    const { location } = await house.api.submit('busy', { seconds: 10 })
    const worker = acceptd(['serve'], {
      DATABASE_URL: house.databaseUrl,
      ACCEPTD_ROLE: 'worker',
      ACCEPTD_TASKS: FIXTURE_TASKS,
      ACCEPTD_MAX_STALL_SECONDS: '2',
      NODE_ENV: 'production',
    })
    expect(await worker.exited).toBe('SIGKILL')
    expect(worker.output()).toContain('The event loop has stood still for 2 s')
    await startWorker()
    expect((await house.reaches(location, 'completed')).attempt).toBeGreaterThan(1)
  })

  it('lives through whatever a task reports and logs, also after its end', async () => {
    const worker = await startWorker()
    const { location, job } = await house.api.submit('misuses', {})
    const done = await house.reaches(location, 'completed')
    const wentOn = () => linesOf(worker).find(({ msg }) => msg === 'went on after its end')
    await until('it to go on', () => wentOn() !== undefined)
    expect(wentOn()?.job).toBe(job.id)
    expect(await house.api.job(location)).toEqual(done)
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })
})
