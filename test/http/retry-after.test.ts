import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfterSeconds } from '../../src/http/retry-after.ts'
import { known } from '../../src/job/catalogue.ts'
import { newJobId, type Job } from '../../src/job/job.ts'
import { z } from '../../src/acceptd.ts'
import { taking } from '../job/sample.ts'

const now = new Date('2026-06-01T12:00:00Z')
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)

function job(changes: Partial<Job>): Job {
  const common = { id: newJobId(), principal: 'anonymous', task: 't', tags: [], priority: 0, fingerprint: '' }
  const counts = { attempt: 0, maxAttempts: 3, crashes: 0, revision: 1, retentionSeconds: 60 }
  const times = { createdAt: now, runAt: now, updatedAt: now, readAt: now }
  return { ...common, ...counts, ...times, status: 'pending', ...changes }
}

const lasting = (typicalSeconds: number) => known('t', taking(z.null(), { typicalSeconds }))
const minute = lasting(60)

/** What a client hears that asks when the job has been running so long. */
const runningFor = (seconds: number, task = minute) =>
  retryAfterSeconds(job({ status: 'running', attempt: 1, startedAt: after(-seconds) }), task)

describe('Retry-After', () => {
  it('is not said of a job that has ended', () => {
    for (const status of ['completed', 'failed', 'canceled'] as const) {
      expect(retryAfterSeconds(job({ status, finishedAt: now, runAt: after(100) }), minute)).toBeUndefined()
    }
  })

  it('is a third of what the job will take, and comes closer as it goes on', () => {
    expect(retryAfterSeconds(job({}), minute)).toBe(20)
    expect([0, 15, 30, 45, 57, 59.9].map((seconds) => runningFor(seconds))).toEqual([20, 15, 10, 5, 1, 1])
  })

  it('grows again once the job has taken longer than usual, for then nobody knows', () => {
    expect([60, 90, 120, 180, 3600].map((seconds) => runningFor(seconds))).toEqual([20, 30, 40, 60, 60])
  })

  it('is one second for a short task and for a task that is no longer here', () => {
    expect(retryAfterSeconds(job({}), lasting(0.01))).toBe(1)
    expect(retryAfterSeconds(job({}), undefined)).toBe(1)
    expect(runningFor(0, lasting(0.01))).toBe(1)
  })

  it('lasts until a delayed job can start, or the next attempt is due: before that nothing will happen', () => {
    expect(retryAfterSeconds(job({ runAt: after(100.2) }), minute)).toBe(101)
    expect(retryAfterSeconds(job({ runAt: after(5), attempt: 1, startedAt: after(-5) }), minute)).toBe(5)
  })

  it('is at most an hour, however far off the start', () => {
    expect(retryAfterSeconds(job({ runAt: after(365 * 24 * 3600) }), minute)).toBe(3600)
  })

  it('takes a start in the past for now', () => {
    expect(retryAfterSeconds(job({ runAt: after(-1000) }), minute)).toBe(20)
  })

  it('is always a whole number from 1 to 60 while nothing but the work itself is waited for', () => {
    const seconds = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(seconds, seconds, fc.constantFrom('pending', 'running'), (elapsed, typical, status) => {
        const task = { ...minute, typicalSeconds: typical }
        const running = job({ status, attempt: 1, startedAt: after(-elapsed), runAt: after(-elapsed) })
        const said = retryAfterSeconds(running, task) ?? 0
        expect(Number.isInteger(said) && said >= 1 && said <= 60).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
