import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secondsAhead } from '../../src/http/forecasts.ts'
import { retryAfterSeconds } from '../../src/http/retry-after.ts'
import type { TaskDocument } from '../../src/http/tasks.ts'
import { forecastFrom } from '../../src/job/forecast.ts'
import { newJobId, type Job } from '../../src/job/job.ts'
import { readExperience } from '../../src/store/experience.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const now = new Date('2026-06-01T12:00:00Z')
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)

function job(changes: Partial<Job>): Job {
  const whose = { id: newJobId(), principal: 'anonymous' }
  const what = { task: 't', queue: 'default', tags: [], priority: 0 }
  const counts = { attempt: 0, maxAttempts: 3, crashes: 0, revision: 1, retentionSeconds: 60 }
  const times = { createdAt: now, runAt: now, updatedAt: now, readAt: now }
  return { ...whose, ...what, ...counts, ...times, status: 'pending', ...changes }
}

const noJitter = 0
const minutes = forecastFrom({
  runs: Array.from({ length: 50 }, (_, n) => 59 + n / 25),
  waits: [],
  typicalSeconds: 3,
})
const told = (changes: Partial<Job>, aheadSeconds?: number, offSeconds?: number) =>
  retryAfterSeconds(job(changes), minutes, { aheadSeconds, offSeconds }, noJitter)
const runningFor = (seconds: number) => told({ status: 'running', attempt: 1, startedAt: after(-seconds) })

describe('Retry-After', () => {
  it('is not said of a job that has ended', () => {
    for (const status of ['completed', 'failed', 'canceled'] as const)
      expect(told({ status, finishedAt: now, runAt: after(100) })).toBeUndefined()
  })

  it('leads to about when jobs of the task have ended lately, whatever its author guessed', () => {
    expect(told({}, 0)).toBeGreaterThan(55)
    expect(runningFor(40)).toBeGreaterThanOrEqual(18)
    expect(runningFor(40)).toBeLessThanOrEqual(22)
    expect(runningFor(60)).toBeLessThanOrEqual(2)
  })

  it('lasts until a delayed job can start, or the next attempt is due: before that nothing will happen', () => {
    expect(told({ runAt: after(100.2) })).toBe(101)
    expect(told({ runAt: after(5), attempt: 1, startedAt: after(-5) })).toBe(5)
    expect(told({ runAt: after(365 * 24 * 3600) })).toBe(3600)
  })

  it('lasts until somebody calls again whom the job calls, while nobody does', () => {
    expect(told({}, 0, 120)).toBe(120)
    expect(told({ runAt: after(200) }, 0, 120)).toBe(200)
  })

  it('follows what the task reports of its progress', () => {
    const running = { status: 'running', attempt: 1, startedAt: after(-8), updatedAt: now } as const
    expect(told({ ...running, progress: 80 })).toBeLessThanOrEqual(2)
  })

  it('is always a whole number from 1 to 60 while nothing but the work itself is waited for', () => {
    const seconds = fc.double({ min: 0, max: 1e9, noNaN: true })
    const random = fc.double({ min: 0, max: 0.999, noNaN: true })
    const status = fc.constantFrom('pending' as const, 'running' as const)
    const runs = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 100 })
    fc.assert(
      fc.property(seconds, seconds, random, status, runs, (elapsed, ahead, jitter, is, lately) => {
        const forecast = forecastFrom({ runs: lately, waits: lately, typicalSeconds: 3 })
        const one = job({ status: is, attempt: 1, startedAt: after(-elapsed), runAt: after(-elapsed) })
        const said = retryAfterSeconds(one, forecast, { aheadSeconds: ahead }, jitter) ?? 0
        expect(Number.isInteger(said) && said >= 1 && said <= 60).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the wait for a slot', () => {
  const due = [
    { queue: 'default', task: 'short', runAt: after(-10), jobs: 30 },
    { queue: 'default', task: 'long', runAt: after(-5), jobs: 4 },
    { queue: 'default', task: 'short', runAt: after(5), jobs: 1000 },
    { queue: 'mail', task: 'letter', runAt: after(-20), jobs: 1000 },
  ]
  const lasting = (task: string) => (task === 'short' ? 1 : 60)
  const backlog = (slots: number, running: number, jobs = due) => ({
    due: jobs,
    slots: new Map([
      ['default', slots],
      ['mail', 100],
    ]),
    running: new Map([
      ['default', running],
      ['mail', 100],
    ]),
    off: new Map(),
  })

  it('is the work that is queued before the job in its lane, shared among the slots', () => {
    expect(secondsAhead(job({}), backlog(10, 10), lasting)).toBe((30 * 1 + 4 * 60) / 10)
  })

  it('is nothing where a slot is free', () => {
    expect(secondsAhead(job({}), backlog(45, 10), lasting)).toBe(0)
    expect(secondsAhead(job({}), backlog(1, 0, []), lasting)).toBe(0)
  })

  it('is unknown where no worker serves the lane, or nobody has looked', () => {
    expect(secondsAhead(job({}), backlog(0, 0), lasting)).toBeUndefined()
    expect(secondsAhead(job({}), undefined, lasting)).toBeUndefined()
  })
})
describe('what is learned', () => {
  const house = useHouse()

  it('is how long completed jobs waited and ran, and shows as the typical duration of the task', async () => {
    const { location } = await house.api.submit('slow', { seconds: 0.4 })
    await house.reaches(location, 'completed')
    const learned = (await readExperience(house.database.db)).get('slow')
    expect(learned?.runs).toHaveLength(1)
    expect(learned?.runs[0]).toBeGreaterThan(0.35)
    expect(learned?.waits).toHaveLength(1)
    await house.database.pool.query(
      `update acceptd.experience set runs = array_fill(90::real, array[100]) where task = 'slow'`,
    )
    await until('this process to have learned of it', async () => {
      const { body } = await house.api.get('/tasks/slow').expect(200)
      return (body as TaskDocument).typicalDurationSeconds === 90
    })
    const next = await house.api.submit('slow', { seconds: 60 })
    expect(Number(next.headers['retry-after'])).toBeGreaterThan(50)
    await house.api.post(`${next.location}/cancel`)
    await house.reaches(next.location, 'canceled')
  })

  it('is not of jobs that failed, and never more than the latest hundred', async () => {
    const { location } = await house.api.submit('fail', {})
    await house.reaches(location, 'failed')
    expect((await readExperience(house.database.db)).get('fail')?.runs).toEqual([])
    await house.database.pool.query(
      `update acceptd.experience set runs = array_fill(7::real, array[100]) where task = 'ok'`,
    )
    const ok = await house.api.submit('ok', {})
    await house.reaches(ok.location, 'completed')
    const runs = (await readExperience(house.database.db)).get('ok')?.runs ?? []
    expect(runs).toHaveLength(100)
    expect(runs[0]).toBeLessThan(7)
    expect(runs[1]).toBe(7)
  })
})
