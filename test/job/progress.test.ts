import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextProgress, type Progress } from '../../src/job/progress.ts'

const percentAfter = (...reports: readonly number[]) =>
  reports.reduce<Progress | undefined>(
    (before, percent) => nextProgress(before, percent, undefined),
    undefined,
  )?.percent

const shown = (note: string) => nextProgress(undefined, 1, note).note

describe('progress', () => {
  it('is what the task says, in whole per cents', () => {
    expect(nextProgress(undefined, 42.9, 'page 3')).toEqual({ percent: 42, note: 'page 3' })
    expect(nextProgress(undefined, 0, undefined)).toEqual({ percent: 0 })
  })

  it('stays below 100 until the job has completed', () => {
    expect(percentAfter(100)).toBe(99)
    expect(percentAfter(1e9)).toBe(99)
    expect(percentAfter(-5)).toBe(0)
  })

  it('never goes back, however wrongly the task counts', () => {
    expect(percentAfter(50, 40, 45)).toBe(50)
    expect(percentAfter(50, Number.NaN)).toBe(50)
    expect(percentAfter(50, 50, 51)).toBe(51)
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), fc.double(), (reports, last) => {
        const before = percentAfter(...reports) ?? 0
        const after = percentAfter(...reports, last) ?? 0
        expect(after).toBeGreaterThanOrEqual(before)
        expect(Number.isInteger(after) && after >= 0 && after <= 99).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('does not count what is no number', () => {
    for (const percent of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(percentAfter(percent)).toBe(0)
    }
    expect(Object.is(percentAfter(-0), 0)).toBe(true)
  })
})

describe('a note', () => {
  it('belongs to its report: the next one replaces it, also by none', () => {
    const before = nextProgress(undefined, 10, 'first half')
    expect(nextProgress(before, 5, 'second half')).toEqual({ percent: 10, note: 'second half' })
    expect(nextProgress(before, 20, undefined)).toEqual({ percent: 20 })
  })

  it('is none where it is nothing that could be shown', () => {
    const boom = () => {
      throw new Error('boom')
    }
    for (const note of [
      null,
      undefined,
      Object.create(null),
      { toString: boom },
      new Proxy({}, { get: boom }),
    ])
      expect(nextProgress(undefined, 1, note as string)).toEqual({ percent: 1 })
    expect(nextProgress(undefined, 1, 5 as unknown as string)).toEqual({ percent: 1, note: '5' })
  })

  it('is made fit for the database', () => {
    expect(shown('a\u0000b')).toBe('a\uFFFDb')
    expect(shown('\ud83d half')).toBe('\uFFFD half')
    expect(shown('Grüße 😀')).toBe('Grüße 😀')
  })

  it('is cut at 200 characters, never through the middle of one', () => {
    expect(shown('x'.repeat(201))).toBe('x'.repeat(200))
    const cut = shown(`x${'😀'.repeat(200)}`) ?? ''
    expect(cut.isWellFormed()).toBe(true)
    expect(cut.length).toBeLessThanOrEqual(200)
  })
})
