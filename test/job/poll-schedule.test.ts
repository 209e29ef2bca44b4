import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pollSchedule, secondsToNextLook, type PollSchedule } from '../../src/job/poll-schedule.ts'
import { survivalOf } from '../../src/job/survival.ts'

const GUESS = 3

/** When a run is looked at that lasts so long, by clients with clocks better than a header allows. */
function looksAt(schedule: PollSchedule, lasting: number): number[] {
  const looks = [0]
  while (Number(looks.at(-1)) < lasting) {
    const now = Number(looks.at(-1))
    looks.push(now + secondsToNextLook(schedule, now))
  }
  return looks.slice(1)
}

const gaps = (looks: readonly number[]) => looks.slice(1).map((look, i) => look - Number(looks[i]))
const times = (count: number, draw: (index: number) => number) =>
  Array.from({ length: count }, (_, i) => draw(i))
/** 0 to 98 in another order, for the newest run counts most. */
const mixed = (index: number) => (index * 37) % 99
/** Evenly spread over what is a hundredth more or less. */
const nearly = (seconds: number) => (index: number) => seconds * (0.99 + 0.02 * ((index * 0.618) % 1))

const someRuns = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { maxLength: 100 })
const someTime = fc.double({ min: 0, max: 10_000, noNaN: true })

describe('a poll schedule', () => {
  it('looks once at runs that all take the same time, right after it', () => {
    for (const seconds of [2, 10, 60]) {
      const looks = looksAt(
        pollSchedule(
          times(100, () => seconds),
          GUESS,
        ),
        seconds,
      )
      expect(looks).toHaveLength(1)
      expect(looks[0]).toBeLessThan(seconds * 1.02 + 0.5)
    }
  })

  it('looks two or three times at runs that take nearly the same time', () => {
    const schedule = pollSchedule(times(100, nearly(60)), GUESS)
    expect(Math.max(...times(100, (i) => looksAt(schedule, nearly(60)(i)).length))).toBeLessThanOrEqual(3)
  })

  it('does not look where no run has ended', () => {
    const twoKinds = times(100, (i) => nearly(i % 5 === 0 ? 180 : 4)(i))
    const looks = looksAt(pollSchedule(twoKinds, GUESS), 180)
    expect(looks.filter((look) => look > 10 && look < 170)).toEqual([])
    expect(looks.filter((look) => look < 10).length).toBeGreaterThan(0)
  })

  it('looks soon after the longest run so far at one that takes slightly longer', () => {
    const schedule = pollSchedule(times(100, nearly(60)), GUESS)
    const looks = looksAt(schedule, 62)
    expect(Number(looks.at(-1)) - 62).toBeLessThan(3)
  })

  it('looks ever more seldom at a run that is longer than all before', () => {
    for (const seconds of [1, 20, 60, 600]) {
      const schedule = pollSchedule(times(100, nearly(seconds)), GUESS)
      const overtime = looksAt(schedule, 60 * seconds).filter((look) => look > 1.1 * seconds)
      const growth = gaps(gaps(overtime).slice(1)).slice(1)
      expect(Math.min(...growth)).toBeGreaterThanOrEqual(-1e-9)
      expect(secondsToNextLook(schedule, 3 * 3600)).toBeGreaterThan(60)
    }
  })

  it('looks most often where runs end', () => {
    const bell = times(99, (i) => 100 + 8 * Math.log((mixed(i) + 1) / (99 - mixed(i))))
    const looks = looksAt(pollSchedule(bell, GUESS), 140)
    const between = (from: number, to: number) => looks.filter((look) => look > from && look <= to).length
    expect(between(90, 110)).toBeGreaterThan(2 * between(60, 80))
    expect(between(0, 60)).toBeLessThanOrEqual(1)
  })

  it('goes by the author as long as there are few runs, and only by the runs once there are five', () => {
    const first = (runs: readonly number[], guess: number) => secondsToNextLook(pollSchedule(runs, guess), 0)
    expect(first([], 60)).toBeGreaterThan(3 * first([], 6))
    expect(first([60], 6)).toBeLessThan(30)
    expect(first([60, 60, 60, 60, 60], 6)).toBeGreaterThan(60)
    expect(first([60, 60, 60, 60, 60], 6)).toBe(first([60, 60, 60, 60, 60], 6000))
  })

  it('follows a task that has become slower before the old runs are forgotten', () => {
    const slower = [...times(30, nearly(120)), ...times(70, nearly(30))]
    const looks = looksAt(pollSchedule(slower, GUESS), 121)
    expect(looks.length).toBeLessThan(7)
    expect(Number(looks.at(-1)) - 121).toBeLessThan(2)
  })

  it('never sends a client earlier for having asked later', () => {
    fc.assert(
      fc.property(someRuns, someTime, someTime, (runs, some, other) => {
        const schedule = pollSchedule(runs, GUESS)
        const [early, late] = [Math.min(some, other), Math.max(some, other)]
        const back = (now: number) => now + secondsToNextLook(schedule, now)
        expect(back(late)).toBeGreaterThanOrEqual(back(early) - 1e-6)
      }),
      { numRuns: 200 },
    )
  })

  it('always says a number, and never less than a second', () => {
    fc.assert(
      fc.property(someRuns, someTime, (runs, now) => {
        const seconds = secondsToNextLook(pollSchedule(runs, GUESS), now)
        expect(Number.isFinite(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(1 - 1e-6)
      }),
      { numRuns: 200 },
    )
  })

  it('is longer the slower the task, in the same proportion', () => {
    const first = (seconds: number) => secondsToNextLook(pollSchedule(times(100, nearly(seconds)), GUESS), 0)
    expect(first(20) / first(10)).toBeCloseTo(2, 0)
    expect(first(400) / first(100)).toBeCloseTo(4, 0)
  })

  it('stays small, however many and however long the runs', () => {
    const wide = times(100, (i) => 1.1 ** i)
    expect(pollSchedule(wide, GUESS).moments.length).toBeLessThan(2000)
    expect(pollSchedule(times(100, nearly(36_000)), GUESS).moments.length).toBeLessThan(2000)
  })
})

describe('what the runs tell', () => {
  it('begins with all alive and only ever goes down, but never to nobody: any run may be longer', () => {
    fc.assert(
      fc.property(someRuns, (runs) => {
        const { moments } = survivalOf(runs, GUESS)
        expect(moments[0]).toEqual({ seconds: 0, alive: 1 })
        const falls = moments.every(({ seconds, alive }, i) => {
          const before = moments[i - 1]
          return !before || (seconds > before.seconds && alive <= before.alive + 1e-12)
        })
        expect(falls).toBe(true)
        expect(moments.at(-1)?.alive).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })

  it('has about half of them alive at the median', () => {
    const { moments } = survivalOf(
      times(99, (i) => 10 + mixed(i)),
      GUESS,
    )
    const middle = moments.find(({ seconds }) => seconds >= 59)
    expect(middle?.alive).toBeCloseTo(0.5, 1)
  })
})
