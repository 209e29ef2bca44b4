import { describe, expect, it } from 'vitest'
import { isTask } from '../../src/job/task.ts'
import { defineTask, z, type TaskContext } from '../../src/acceptd.ts'

const minimal = {
  summary: 'Shout',
  input: z.string(),
  output: z.string(),
  run: (text: string) => text.toUpperCase(),
}

/** As a JavaScript file would, where no compiler looks. */
const define = (changes: object) => () => defineTask({ ...minimal, ...changes })

describe('a task', () => {
  it('gets two retries, a second apart and then two, and 15 minutes for each attempt, unless it says otherwise', () => {
    expect(defineTask(minimal)).toMatchObject({
      summary: 'Shout',
      retry: { limit: 2, delaySeconds: 1, maxDelaySeconds: 3600 },
      timeoutSeconds: 900,
      typicalSeconds: 3,
    })
  })

  it('may say part of its retry policy', () => {
    const task = defineTask({ ...minimal, retry: { limit: 0 }, timeoutSeconds: 0.5, typicalSeconds: 60 })
    expect(task.retry).toEqual({ limit: 0, delaySeconds: 1, maxDelaySeconds: 3600 })
    expect(task).toMatchObject({ timeoutSeconds: 0.5, typicalSeconds: 60 })
  })

  it('keeps all that its author wrote', () => {
    const description = 'In capitals'
    const task = defineTask({ ...minimal, description, example: 'hello' })
    expect(task).toMatchObject({ description, example: 'hello' })
    expect(task.run('hello', {} as TaskContext)).toBe('HELLO')
  })

  it('may be written as a class', () => {
    class Shout {
      readonly summary = 'Shout'
      readonly input = z.string()
      readonly output = z.string()
      run(text: string) {
        return text.toUpperCase()
      }
    }
    const shout = { ...defineTask(new Shout()) }
    expect(shout.run('hello', {} as TaskContext)).toBe('HELLO')
  })

  it('is known as one, also when it was made by another copy of this package', () => {
    expect(isTask(defineTask(minimal))).toBe(true)
    expect(isTask({ [Symbol.for('acceptd.task')]: true })).toBe(true)
    expect([minimal, {}, null, undefined, 'task', () => minimal].some(isTask)).toBe(false)
  })
})

describe('a definition that makes no sense is refused', () => {
  it.each<[sentence: string, ...changes: object[]]>([
    [
      'summary must say in one line what the task does',
      { summary: '' },
      { summary: undefined },
      { summary: 5 },
    ],
    ['input must be a zod schema', { input: undefined }, { input: {} }, { input: null }, { input: z.string }],
    [
      'output must be a zod schema',
      { output: undefined },
      { output: { type: 'string' } },
      { output: 'string' },
    ],
    ['run must be a function', { run: undefined }, { run: 'echo' }],
    [
      'retry.limit must be 0 to 1000',
      { retry: { limit: -1 } },
      { retry: { limit: 1.5 } },
      { retry: { limit: 1001 } },
      { retry: { limit: Number.NaN } },
      { retry: { limit: '2' } },
      { retry: { limit: undefined } },
    ],
    [
      'retry.delaySeconds must be 0 or more',
      { retry: { delaySeconds: -1 } },
      { retry: { delaySeconds: Number.NaN } },
      { retry: { delaySeconds: undefined } },
    ],
    [
      'retry.maxDelaySeconds must not be less than delaySeconds',
      { retry: { delaySeconds: 10, maxDelaySeconds: 9 } },
      { retry: { maxDelaySeconds: Number.NaN } },
    ],
    [
      'timeoutSeconds must be above 0 and at most 86400',
      { timeoutSeconds: 0 },
      { timeoutSeconds: -1 },
      { timeoutSeconds: 86_401 },
      { timeoutSeconds: Number.NaN },
    ],
    [
      'typicalSeconds must be above 0',
      { typicalSeconds: 0 },
      { typicalSeconds: -1 },
      { typicalSeconds: Number.NaN },
    ],
    [
      'lane must be lower case and dashes, at most 64 characters',
      { lane: 'Mail' },
      { lane: 'a/b' },
      { lane: '' },
      { lane: 7 },
    ],
    [
      'concurrency must be a whole number from 1 to 1000',
      { concurrency: 0 },
      { concurrency: 1.5 },
      { concurrency: 1001 },
      { concurrency: '3' },
    ],
    [
      'retentionSeconds must be a whole number from 1 to 316224000',
      { retentionSeconds: 0 },
      { retentionSeconds: 1.5 },
      { retentionSeconds: 316_224_001 },
      { retentionSeconds: '60' },
    ],
    ['requiresIdempotencyKey must be true or false', { requiresIdempotencyKey: 'yes' }],
    ['isolate must be true or false', { isolate: 'yes' }],
    [
      'memoryMb must be a whole number from 32 to 65536',
      { isolate: true, memoryMb: 31 },
      { isolate: true, memoryMb: 64.5 },
      { isolate: true, memoryMb: '64' },
    ],
    ['memoryMb is for tasks with isolate: true', { memoryMb: 64 }, { isolate: false, memoryMb: 64 }],
    [
      'deprecated.since must be a time with its zone, such as 2026-12-31T00:00:00Z',
      { deprecated: { since: 'yesterday' } },
      { deprecated: { since: '2026-12-31T00:00:00' } },
    ],
    [
      'deprecated.sunset must be a time with its zone, and not before deprecated.since',
      { deprecated: { since: '2026-12-31T00:00:00Z', sunset: '2026-12-30T00:00:00Z' } },
    ],
    [
      'deprecated.see must be a URL',
      { deprecated: { since: '2026-12-31T00:00:00Z', see: '/a>; rel="next"' } },
      { deprecated: { since: '2026-12-31T00:00:00Z', see: '/a\r\nX: y' } },
    ],
  ])('because %s', (sentence, ...changes) => {
    for (const change of changes) expect(define(change)).toThrow(new TypeError(sentence))
  })

  it('because nobody can wait for ever', () => {
    const forever = Number.POSITIVE_INFINITY
    expect(define({ retry: { delaySeconds: forever, maxDelaySeconds: forever } })).toThrow(/^retry\./)
    expect(define({ retry: { maxDelaySeconds: 1e15 } })).toThrow(/^retry\.maxDelaySeconds/)
    expect(define({ typicalSeconds: forever })).toThrow(/^typicalSeconds/)
  })

  it('because a number was written as text', () => {
    expect(define({ retry: { delaySeconds: '5' } })).toThrow(/^retry\.delaySeconds/)
    expect(define({ retry: { maxDelaySeconds: '5000' } })).toThrow(/^retry\.maxDelaySeconds/)
    expect(define({ timeoutSeconds: '5' })).toThrow(/^timeoutSeconds/)
    expect(define({ typicalSeconds: '5' })).toThrow(/^typicalSeconds/)
  })
})
