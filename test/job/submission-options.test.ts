import { describe, expect, it } from 'vitest'
import { submissionOptions } from '../../src/job/submission.ts'
import { z } from '../../src/acceptd.ts'
import { complaints, pointersOf, tasks } from './sample.ts'

const catalogue = tasks({ shout: z.string() })

/** What is said about `options` beside a valid input. */
const complaintsAbout = (options: object) =>
  complaints(catalogue, { task: 'shout', input: 'hello', ...options })

const DAY_MS = 24 * 3600 * 1000
const daysAhead = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

describe('the options', () => {
  it.each([
    '2030-01-01',
    'tomorrow',
    '2030-01-01T09:00:00',
    '2027-02-30T09:00:00Z',
    '2030-13-01T09:00:00Z',
    '',
    5,
    null,
  ])('refuse %j as a time, and say so once', (runAt) => {
    expect(complaintsAbout({ runAt })).toMatchObject([{ pointer: '#/runAt' }])
  })

  it('take a time in the past, which means now, and one within a year', () => {
    for (const runAt of ['1970-01-01T00:00:00Z', daysAhead(-1), daysAhead(365)])
      expect(complaintsAbout({ runAt })).toEqual([])
    expect(complaintsAbout({ runAt: daysAhead(367) })).toEqual([
      { pointer: '#/runAt', detail: 'Must be less than a year from now' },
    ])
  })

  it('are shown in the docs with examples that work, whatever the year', () => {
    const example = submissionOptions.runAt.unwrap().meta()?.['example']
    if (example !== undefined) expect(complaintsAbout({ runAt: example })).toEqual([])
  })

  it('take a priority from -100 to 100, in whole numbers', () => {
    for (const priority of [-100, 0, 100]) expect(complaintsAbout({ priority })).toEqual([])
    for (const priority of [-101, 101, 0.5, '5', null]) {
      expect(pointersOf(complaintsAbout({ priority }))).toEqual(['#/priority'])
    }
  })

  it('take up to ten tags of up to 64 characters', () => {
    expect(complaintsAbout({ tags: Array(10).fill('x'.repeat(64)) })).toEqual([])
    expect(pointersOf(complaintsAbout({ tags: Array(11).fill('x') }))).toEqual(['#/tags'])
    expect(pointersOf(complaintsAbout({ tags: ['ok', '', 'x'.repeat(65), 5, 'a\u0000'] }))).toEqual([
      '#/tags/1',
      '#/tags/2',
      '#/tags/3',
      '#/tags/4',
    ])
    expect(pointersOf(complaintsAbout({ tags: 'x' }))).toEqual(['#/tags'])
  })
})
