import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  forecastFrom,
  secondsUntilNextLook,
  typicalDuration,
  wholeSeconds,
  type Situation,
} from '../../src/job/forecast.ts'

const nothingKnown = { runs: [], waits: [], typicalSeconds: 60 }
const alike = (seconds: number, count = 100) => Array.from({ length: count }, () => seconds)
/** Anything from a second to ten minutes. */
const allSizes = Array.from({ length: 100 }, (_, i) => 600 ** (((i * 37) % 100) / 99))

const pending = (dueInSeconds: number, aheadSeconds?: number): Situation => ({
  phase: 'pending',
  dueInSeconds,
  aheadSeconds,
})
const running = (elapsedSeconds: number, progress?: number, progressAgeSeconds = 0): Situation => ({
  phase: 'running',
  elapsedSeconds,
  progress,
  progressAgeSeconds,
})

const minute = forecastFrom({ ...nothingKnown, runs: alike(60) })
const anything = forecastFrom({ ...nothingKnown, runs: allSizes })
const latest = () => 0
const soonest = () => 0.999

describe('a forecast for a running job', () => {
  it('is the rest of what runs take', () => {
    expect(secondsUntilNextLook(minute, running(0))).toBeCloseTo(60.5, 0)
    expect(secondsUntilNextLook(minute, running(40))).toBeCloseTo(20.5, 0)
  })

  it('goes by its own progress rather than by what others took', () => {
    expect(secondsUntilNextLook(anything, running(60))).toBeLessThan(10)
    expect(secondsUntilNextLook(anything, running(60, 20))).toBeGreaterThan(60)
    expect(secondsUntilNextLook(minute, running(10, 90))).toBeLessThan(1.5)
  })

  it('comes back before the predicted end while that is far, and at it when it is near', () => {
    const whole = 100
    for (const elapsed of [10, 30, 50, 70, 90]) {
      const share = secondsUntilNextLook(anything, running(elapsed, elapsed)) / (whole - elapsed)
      expect(share).toBeGreaterThan(0.4)
      expect(share).toBeLessThan(0.8)
    }
    expect(secondsUntilNextLook(anything, running(98, 98))).toBeCloseTo(1.5, 0)
  })

  it('comes back sooner the further the job is, and the older the report', () => {
    const by = (progress: number, age = 0) => secondsUntilNextLook(anything, running(100, progress, age))
    expect([80, 60, 40, 20].map((progress) => by(progress))).toEqual(
      [80, 60, 40, 20].map((progress) => by(progress)).toSorted((a, b) => a - b),
    )
    expect(by(40, 30)).toBeLessThan(by(40, 10))
  })

  it('does not listen to the first few percent, nor to a report that was wrong already', () => {
    const unreported = secondsUntilNextLook(anything, running(50))
    expect(secondsUntilNextLook(anything, running(50, 1))).toBe(unreported)
    expect(secondsUntilNextLook(anything, running(50, 60, 40))).toBe(unreported)
    expect(secondsUntilNextLook(anything, running(50, 60, 50))).toBe(unreported)
  })
})

describe('a forecast for a pending job', () => {
  it('is the start of the next attempt for one in back-off, and the due time for a delayed one', () => {
    for (const seconds of [1.5, 7.25, 90, 86_400])
      expect(secondsUntilNextLook(minute, pending(seconds, 500))).toBe(seconds)
  })

  it('is the run where nothing is ahead', () => {
    expect(secondsUntilNextLook(minute, pending(0, 0))).toBe(secondsUntilNextLook(minute, running(0)))
    expect(secondsUntilNextLook(minute, pending(-1000, 0))).toBe(secondsUntilNextLook(minute, running(0)))
  })

  it('adds what is left of a short delay to what follows it, for nobody comes back twice within a second', () => {
    const run = secondsUntilNextLook(minute, running(0))
    expect(secondsUntilNextLook(minute, pending(0.5, 0))).toBeCloseTo(0.5 + run, 6)
  })

  it('comes back before the predicted start, because what is ahead is only roughly known', () => {
    const run = secondsUntilNextLook(minute, running(0))
    const wait = secondsUntilNextLook(minute, pending(0, 300)) - run
    expect(wait).toBeGreaterThan(100)
    expect(wait).toBeLessThan(250)
  })

  it('expects the usual wait where nobody knows what is ahead, but not more than a run', () => {
    const after = (waits: readonly number[]) =>
      secondsUntilNextLook(forecastFrom({ ...nothingKnown, runs: alike(60), waits }), pending(0))
    expect(after([])).toBe(secondsUntilNextLook(minute, running(0)))
    expect(after(alike(20))).toBeGreaterThan(after(alike(2)))
    expect(after(alike(6000))).toBe(after(alike(60)))
  })

  it('is longer the longer the job has waited where no worker serves it, and only there', () => {
    const brief = forecastFrom({ ...nothingKnown, runs: alike(0.1) })
    const after = (overdueSeconds: number, aheadSeconds?: number) =>
      secondsUntilNextLook(brief, { phase: 'pending', dueInSeconds: 0, overdueSeconds, aheadSeconds })
    expect(after(1)).toBeLessThan(2)
    expect(after(60) - after(0)).toBeCloseTo(6, 0)
    expect(after(600) - after(0)).toBeCloseTo(60, 0)
    expect(after(600, 0)).toBeLessThan(2)
  })

  it('is longer the more is ahead', () => {
    const looks = [0, 5, 50, 500].map((ahead) => secondsUntilNextLook(anything, pending(0, ahead)))
    expect(looks).toEqual(looks.toSorted((a, b) => a - b))
  })
})

describe('what a task typically takes', () => {
  it('is what its author says until five runs have shown otherwise', () => {
    expect(typicalDuration({ runs: [], typicalSeconds: 60 })).toBe(60)
    expect(typicalDuration({ runs: [1, 1, 1, 1], typicalSeconds: 60 })).toBe(60)
    expect(typicalDuration({ runs: [9, 1, 3, 500, 2], typicalSeconds: 60 })).toBe(3)
  })
})

describe('the seconds told', () => {
  it('are whole, never under 1 and never over 60 while nothing but the work is waited for', () => {
    const time = fc.double({ min: 0, max: 1e6, noNaN: true })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const percent = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined })
    const runs = fc.array(time, { maxLength: 100 })
    fc.assert(
      fc.property(runs, time, percent, time, chance, (known, elapsed, progress, age, luck) => {
        const forecast = forecastFrom({ runs: known, waits: known, typicalSeconds: 3 })
        for (const situation of [running(elapsed, progress, age), pending(0), pending(-age, elapsed)]) {
          const told = wholeSeconds(secondsUntilNextLook(forecast, situation), situation, () => luck)
          expect(Number.isInteger(told) && told >= 1 && told <= 60).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('are those until the next attempt, rounded up: a moment before it there is nothing to see', () => {
    for (const random of [latest, soonest]) {
      expect(wholeSeconds(5, pending(5), random)).toBe(5)
      expect(wholeSeconds(7.25, pending(7.25), random)).toBe(8)
    }
  })

  it('are at most an hour, however far off the start', () => {
    for (const random of [latest, soonest]) expect(wholeSeconds(86_400, pending(86_400), random)).toBe(3600)
  })

  it('spread clients that came together over a twentieth, before the time where something may end', () => {
    expect(wholeSeconds(40, running(0), latest)).toBe(40)
    expect(wholeSeconds(40, running(0), soonest)).toBe(38)
    expect(wholeSeconds(4, running(0), soonest)).toBe(4)
    expect(wholeSeconds(1000, running(0), soonest)).toBe(57)
  })

  it('spread those that wait for a delayed job after its time, by no more than five seconds', () => {
    expect(wholeSeconds(60, pending(60), soonest)).toBe(62)
    expect(wholeSeconds(1800, pending(1800), soonest)).toBe(1804)
  })
})
