import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { linesOf } from '../support/log-lines.ts'
import { serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

// The API runs here, in the test; the tasks run in a process that is to survive them.
const house = useHouse({ ACCEPTD_ROLE: 'api' })

const startWorker = (settings: Record<string, string> = {}) =>
  serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'worker', NODE_ENV: 'production', ...settings })

describe('an error that escapes a task', () => {
  it('ends the attempt it belongs to, which may be tried again, and nothing else', async () => {
    const worker = await startWorker({ ACCEPTD_CONCURRENCY: '50' })
    const bystander = await house.api.submit('slow', { seconds: 600 })
    await house.reaches(bystander.location, 'running')
    const ways = ['rejection', 'rejection later', 'null', 'proxy', 'timer', 'immediate', 'tick', 'microtask', 'socket'] // prettier-ignore
    await Promise.all(
      ways.map(async (how) => {
        const { location, job } = await house.api.submit('stray', { how })
        const { error, attempt } = await house.reaches(location, 'failed')
        expect({ how, attempt, ...error }).toMatchObject({
          how,
          attempt: 2,
          code: 'task-failed',
          retryable: true,
        })
        expect(error?.detail).not.toContain('escaped')
        const ending = () =>
          linesOf(worker).filter((line) => line.msg === 'attempt' && line['job'] === job.id)
        await until('the lines', () => ending().length === 2)
        if (how === 'timer') expect(ending()[0]?.err?.stack).toContain('stray.ts:')
      }),
    )
    const { location } = await house.api.submit('stray', { how: 'purpose' })
    expect(await house.reaches(location, 'failed')).toMatchObject({
      attempt: 1,
      error: { code: 'no-such-account', detail: 'There is no account of this name' },
    })
    expect(await house.api.job(bystander.location)).toMatchObject({ status: 'running', attempt: 1 })
    await house.api.post(`${bystander.location}/cancel`).expect(202)
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('gives its slot back, though the task waits for ever', async () => {
    const worker = await startWorker({ ACCEPTD_CONCURRENCY: '1' })
    const stray = await house.api.submit('stray', { how: 'purpose' })
    await house.reaches(stray.location, 'failed')
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('while it is being canceled is how it was canceled', async () => {
    const worker = await startWorker()
    const { location } = await house.api.submit('stray', { how: 'listener' })
    await house.reaches(location, 'running')
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('after its attempt has ended is told with the job, and changes nothing', async () => {
    const worker = await startWorker()
    const { location, job } = await house.api.submit('stray', { how: 'after the end' })
    const done = await house.reaches(location, 'completed')
    const told = () =>
      linesOf(worker).find(({ msg }) => msg === 'an error escaped the task after its attempt')
    await until('it to be told', () => told() !== undefined)
    expect(told()).toMatchObject({ job: job.id, task: 'stray', err: { message: 'escaped' } })
    expect(await house.api.job(location)).toEqual(done)
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })
})

describe('an error that is no task’s', () => {
  it('ends the process as SIGTERM does, with exit code 1: what runs gets its grace, the rest is handed back', async () => {
    const worker = await startWorker({ ACCEPTD_GRACE_SECONDS: '20' })
    const short = await house.api.submit('slow', { seconds: 3 })
    await house.reaches(short.location, 'running')
    const nobodys = await house.api.submit('stray', { how: 'shared' })
    await until('it to be told', () => linesOf(worker).some(({ msg }) => msg.includes('nobody handles')))
    const fatal = linesOf(worker).find(({ msg }) => msg.includes('nobody handles'))
    expect(fatal).toMatchObject({ level: 60, origin: 'uncaughtException', err: { message: 'escaped' } })
    await house.reaches(short.location, 'completed')
    // Or it would have all of its grace.
    await house.api.post(`${nobodys.location}/cancel`).expect(202)
    expect(await worker.exited).toBe(1)
    expect(worker.output()).toContain('acceptd has stopped')
  })
})
