import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

const house = useHouse()

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const run = async (how: string) => (await house.api.submit('isolated', { how })).location

describe('an isolated task', () => {
  it('runs in a process of its own with its input as its schema makes it, and a fresh one for each attempt', async () => {
    const pids: number[] = []
    for (let time = 0; time < 2; time++) {
      const { location, job } = await house.api.submit('isolated', {})
      const { result } = await house.reaches(location, 'completed')
      expect(result).toMatchObject({ doubled: 42, attempt: 1, jobId: job.id, runs: 1 })
      pids.push((result as { pid: number }).pid)
    }
    expect(new Set([...pids, process.pid]).size).toBe(3)
    await until('both to be gone', () => !pids.some(isAlive))
  })

  it('may return a file', async () => {
    const { location, job } = await house.api.submit('isolated-file', { text: 'a,b\n' })
    await house.reaches(location, 'completed')
    const response = await house.api.get(job.links.result).expect(200)
    expect(response.headers).toMatchObject({ 'content-type': 'text/csv' })
    expect(response.text).toBe('a,b\n')
  })

  it.each<[string, object]>([
    ['throws', { code: 'task-failed', detail: expect.stringContaining('unexpected error') as string }],
    ['timer', { code: 'task-failed', detail: expect.stringContaining('unexpected error') as string }],
    ['rejection', { code: 'task-failed', detail: expect.stringContaining('unexpected error') as string }],
    ['exit', { code: 'task-failed', detail: expect.stringContaining('with exit code 7') as string }],
    ['die', { code: 'task-failed', detail: expect.stringContaining('by SIGKILL') as string }],
    ['abort', { code: 'task-failed', detail: expect.stringContaining('by SIGABRT') as string }],
    ['disconnects', { code: 'task-failed', detail: expect.stringContaining('by SIGKILL') as string }],
  ])('that fails, or ends its process, is tried again like others: %s', async (how, error) => {
    const failed = await house.reaches(await run(how), 'failed')
    expect(failed).toMatchObject({ attempt: 2, error: { retryable: true, ...error } })
    expect(JSON.stringify(failed)).not.toContain('secrets')
  })

  it.each<[string, string]>([
    ['map', 'out-of-memory'],
    ['array', 'out-of-memory'],
    ['buffers', 'out-of-memory'],
    ['function', 'output-not-serialisable'],
    ['undefined', 'output-not-serialisable'],
    ['purpose', 'no-such-account'],
  ])('that cannot go on fails at once: %s', async (how, code) => {
    const { error, attempt } = await house.reaches(await run(how), 'failed')
    expect({ attempt, ...error }).toMatchObject({ attempt: 1, code, retryable: false })
  })

  it('may send messages of its own, which nobody minds', async () => {
    await house.reaches(await run('says'), 'completed')
  })

  it('that never lets go is ended at its timeout, and nobody else notices', async () => {
    const { location } = await house.api.submit('spin', {})
    await house.reaches(location, 'running')
    const other = await house.api.submit('ok', {})
    await house.reaches(other.location, 'completed')
    const { error } = await house.reaches(location, 'failed')
    expect(error).toMatchObject({ code: 'timed-out', retryable: true })
  })

  it('shows its progress though it never lets go, and is ended some seconds after a cancel', async () => {
    const location = await run('progress')
    await until('its progress', async () => (await house.api.job(location)).progress === 40)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })

  it('hears its signal', async () => {
    const location = await run('obeys')
    await house.reaches(location, 'running')
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })

  it('takes with it what it has started', async () => {
    const location = await run('child')
    await until('its child', async () => (await house.api.job(location)).progressNote !== undefined)
    const pid = Number((await house.api.job(location)).progressNote)
    expect(isAlive(pid)).toBe(true)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    await until('it to be gone', () => !isAlive(pid))
  })
})

describe('a worker that ends', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'takes its isolated tasks along, though they never let go: %s',
    async (signal) => {
      const elsewhere = await serve({
        ACCEPTD_GRACE_SECONDS: '0',
        DATABASE_URL: house.databaseUrl,
        ACCEPTD_ROLE: 'worker',
        ACCEPTD_CONCURRENCY: '50',
      })
      const jobs = await Promise.all(Array.from({ length: 12 }, () => run('progress')))
      const notes = () =>
        Promise.all(jobs.map(async (location) => (await house.api.job(location)).progressNote))
      const theirs = async () =>
        (await notes()).flatMap((note) => {
          const [, pid, parent] = /^(\d+) of (\d+)$/.exec(note ?? '') ?? []
          return Number(parent) === elsewhere.pid ? [Number(pid)] : []
        })
      await until('it to run some', async () => (await theirs()).length > 0)
      const pids = await theirs()
      elsewhere.process.kill(signal)
      expect(await elsewhere.exited).toBe(signal === 'SIGTERM' ? 0 : signal)
      await until('all to be gone', () => !pids.some(isAlive))
      await Promise.all(jobs.map((location) => house.api.post(`${location}/cancel`)))
      await Promise.all(jobs.map((location) => house.reaches(location, 'canceled')))
    },
  )
})
