import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactly } from '../../src/http/exact-numbers.ts'
import { submissionFrom } from '../../src/job/submission.ts'
import { z } from '../../src/acceptd.ts'
import { complaints, pointersOf, tasks } from './sample.ts'

const catalogue = tasks({
  'word-count': z.object({ text: z.string().max(20), lang: z.string().default('en') }),
  anything: z.unknown(),
  texts: z.array(z.string()),
})

const valid = { task: 'word-count', input: { text: 'to be' } }

describe('a submission', () => {
  it('is the task, the input as it was sent, and the options with their defaults', () => {
    const submission = submissionFrom(catalogue, valid, ['input'])
    expect(submission.task).toBe(catalogue.get('word-count'))
    const { task } = submission
    const input = { text: 'to be' }
    expect(submission).toEqual({ task, input, priority: 0, tags: [], retry: task.retry })
  })

  it('carries every option', () => {
    const options = { runAt: '2026-01-01T10:00:00+01:00', priority: -5, tags: ['a', 'b'] }
    const submission = submissionFrom(catalogue, { ...valid, ...options }, ['input'])
    expect(submission).toMatchObject({
      runAt: new Date('2026-01-01T09:00:00Z'),
      priority: -5,
      tags: ['a', 'b'],
    })
  })

  it('needs an input even where the task takes anything, for nothing cannot be stored', () => {
    expect(pointersOf(complaints(catalogue, { task: 'anything' }))).toEqual(['#/input'])
    expect(complaints(catalogue, { task: 'anything', input: null })).toEqual([])
  })

  it.each([
    ['an array', [valid]],
    ['null', null],
    ['a text', 'word-count'],
    ['a number', 5],
    ['nothing', undefined],
  ])('is an object, not %s', (_what, sent) => {
    const told = complaints(catalogue, sent)
    expect(told).toMatchObject([{ pointer: '#', detail: expect.stringContaining('object') as string }])
  })
})

describe('what is wrong with a submission', () => {
  const wrong = {
    task: 'word-count',
    input: { text: 5, lang: 'a\u0000', langs: [] },
    runAt: 'soon',
    priority: 101,
    tags: ['', 'ok', 'b\ud800'],
    colour: 'red',
  }

  it('is told all at once: what cannot be kept, the options and the input', () => {
    const told = complaints(catalogue, wrong)
    expect(pointersOf(told)).toEqual([
      '#/colour',
      '#/input/lang',
      '#/input/langs',
      '#/input/text',
      '#/priority',
      '#/runAt',
      '#/tags/0',
      '#/tags/2',
    ])
    expect(() => submissionFrom(catalogue, wrong, ['input'])).toThrow(/^8 things are not valid, such as #\//)
  })

  it('stands where the client put it: the body of POST /tasks/{task} is the input itself', () => {
    expect(pointersOf(complaints(catalogue, { task: wrong.task, input: wrong.input }, []))).toEqual([
      '#/lang',
      '#/langs',
      '#/text',
    ])
    expect(complaints(catalogue, { task: 'word-count', input: ['a'] }, [])).toMatchObject([{ pointer: '#' }])
  })

  it('says the first of it where only the message is seen', () => {
    const one = () => submissionFrom(catalogue, { ...valid, priority: 'high' }, ['input'])
    expect(one).toThrow(/^#\/priority: /)
  })

  it('names the task that was probably meant', () => {
    expect(complaints(catalogue, { task: 'wordcount', input: {} })).toEqual([
      { pointer: '#/task', detail: 'There is no task of this name. Did you mean "word-count"?' },
    ])
    expect(complaints(catalogue, { task: 'constructor', input: {} })).toEqual([
      { pointer: '#/task', detail: 'There is no task of this name. GET /tasks lists those there are.' },
    ])
    expect(pointersOf(complaints(catalogue, { input: {}, tsak: 'word-count' }))).toEqual(['#/task', '#/tsak'])
  })

  it('is said once of a number that cannot be kept, and not also that it is of the wrong type', () => {
    const sent = parseExactly(
      '{"task": "word-count", "input": {"text": 9007199254740993}, "priority": 1e400}',
    )
    const told = complaints(catalogue, sent)
    expect(pointersOf(told)).toEqual(['#/input/text', '#/priority'])
    for (const { detail } of told) expect(detail).toMatch(/cannot be kept exactly; send it as a string$/)
  })

  it('is also what a task that takes anything cannot keep', () => {
    const sent = parseExactly('{"task": "anything", "input": {"a": [1e400, "\\u0000"], "\\ud800": 1}}')
    expect(pointersOf(complaints(catalogue, sent))).toEqual([
      '#/input/%EF%BF%BD',
      '#/input/a/0',
      '#/input/a/1',
    ])
  })

  it('may be a member that would change what the object is', () => {
    const sent: unknown = JSON.parse(
      '{"task": "word-count", "input": {"text": "", "__proto__": {}}, "__proto__": {}}',
    )
    expect(pointersOf(complaints(catalogue, sent))).toEqual(['#/__proto__', '#/input/__proto__'])
  })

  it('may be very much without the service itself failing', () => {
    expect(complaints(catalogue, { task: 'texts', input: Array(130_000).fill(5) })).not.toEqual([])
    const members = Object.fromEntries(Array.from({ length: 130_000 }, (_, n) => [`m${n}`, n]))
    expect(complaints(catalogue, { task: 'word-count', input: members })).not.toEqual([])
  })

  it('is never anything but a list of violations, whatever was sent', () => {
    const anything = fc.jsonValue({ stringUnit: 'binary' })
    const close = fc.record(
      {
        task: fc.oneof(fc.constantFrom('word-count', 'anything', 'texts'), anything),
        input: fc.oneof(fc.record({ text: anything, lang: anything }, { requiredKeys: [] }), anything),
        runAt: fc.oneof(fc.date().map(String), anything),
        priority: fc.oneof(fc.double(), anything),
        tags: anything,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(close, anything), fc.constantFrom(['input'], []), (sent, inputAt) => {
        for (const { pointer, detail } of complaints(catalogue, sent, inputAt)) {
          expect(pointer).toMatch(/^#(\/|$)/)
          expect(detail.isWellFormed()).toBe(true)
          expect(detail).not.toBe('')
        }
      }),
      { numRuns: 100 },
    )
  })
})
