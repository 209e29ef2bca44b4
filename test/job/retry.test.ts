import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backOffSeconds, DEFAULT_RETRY } from '../../src/job/retry.ts'

const policy = { limit: 10, delaySeconds: 5, maxDelaySeconds: 60 }
const latest = () => 1
const soonest = () => 0

describe('back-off', () => {
  it('doubles with each failure, up to the longest the policy allows', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((failures) => backOffSeconds(policy, failures, latest))
    expect(waits).toEqual([5, 10, 20, 40, 60, 60])
  })

  it('spreads jobs that failed together over the upper half of the step', () => {
    expect(backOffSeconds(policy, 2, soonest)).toBe(5)
    expect(backOffSeconds(policy, 2, () => 0.5)).toBe(7.5)
    expect(backOffSeconds(policy, 2, latest)).toBe(10)
  })

  it('starts with a second, and never makes a job wait more than an hour, unless the author says so', () => {
    expect(backOffSeconds(DEFAULT_RETRY, 1, latest)).toBe(1)
    expect(backOffSeconds(DEFAULT_RETRY, 1000, latest)).toBe(3600)
  })

  it('does not wait at all where the author wants no wait, however often the job failed', () => {
    for (const failures of [1, 2, 1001])
      expect(backOffSeconds({ ...policy, delaySeconds: 0 }, failures, latest)).toBe(0)
  })

  it('is never negative, never beyond the cap and always a number', () => {
    const delaySeconds = fc.double({ min: 0, max: 3600, noNaN: true })
    const failures = fc.integer({ min: 1, max: 1001 })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(delaySeconds, failures, random, (delay, count, chance) => {
        const wait = backOffSeconds(
          { limit: 1000, delaySeconds: delay, maxDelaySeconds: 3600 },
          count,
          () => chance,
        )
        expect(wait).toBeGreaterThanOrEqual(delay / 2)
        expect(wait).toBeLessThanOrEqual(3600)
      }),
      { numRuns: 200 },
    )
  })
})
