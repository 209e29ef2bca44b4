import { describe, expect, it } from 'vitest'
import { known, taskNamed } from '../../src/job/catalogue.ts'
import { JobError } from '../../src/job/errors.ts'
import { z, type TaskDefinition } from '../../src/acceptd.ts'
import { taking, tasks } from './sample.ts'

describe('a task’s name', () => {
  it.each(['a', 'word-count', 'v2', 'a1-b2-c3', 'constructor', 'x'.repeat(64)])('may be %j', (name) => {
    expect(known(name, taking(z.null())).name).toBe(name)
  })

  it.each([
    '',
    'A',
    'wordCount',
    'word_count',
    'word count',
    '-a',
    'a-',
    'a--b',
    '2a',
    'ä',
    'a/b',
    'a\n',
    'x'.repeat(65),
  ])('may not be %j', (name) => {
    const sentence = `"${name}" cannot name a task: use lower case and dashes, at most 64 characters`
    expect(() => known(name, taking(z.null()))).toThrow(sentence)
  })
})

describe('the catalogue', () => {
  it('finds a task by its name', () => {
    const all = tasks({ 'word-count': z.string(), shout: z.string() })
    expect(taskNamed(all, 'shout')).toBe(all.get('shout'))
  })

  it('guesses what a mistyped name meant', () => {
    const all = tasks({ 'word-count': z.string() })
    const detail = 'There is no task of this name. Did you mean "word-count"?'
    expect(() => taskNamed(all, 'word-cuont')).toThrow(new JobError('task-not-found', detail))
    expect(() => taskNamed(all, 'constructor')).toThrow(
      new JobError('task-not-found', 'There is no task of this name. GET /tasks lists those there are.'),
    )
  })
})

describe('an example', () => {
  const exampleOf = (input: z.ZodType, more: Partial<TaskDefinition<z.ZodType, z.ZodType>> = {}) =>
    known('t', taking(input, more)).example
  const input = z.object({ text: z.string() })

  it('is the author’s', () => {
    expect(exampleOf(input, { example: { text: 'to be' } })).toEqual({ text: 'to be' })
    expect(exampleOf(z.string().nullable(), { example: null })).toBeNull()
  })

  it('must work, or the task is refused', () => {
    const refused = (example: unknown) => () => exampleOf(input, { example })
    expect(refused({ text: 5 })).toThrow('example is not a valid input: #/text Invalid input')
    expect(refused({ text: '', txt: '' })).toThrow(
      'example is not a valid input: #/txt Unknown member "txt". Did you',
    )
    expect(refused(null)).toThrow('example is not a valid input: # ')
  })

  it('is made from the schema where the author gave none', () => {
    expect(exampleOf(input)).toEqual({ text: 'text' })
  })

  it('is left out where none can be made', () => {
    expect(exampleOf(z.object({ code: z.string().regex(/^\d{9}$/) }))).toBeUndefined()
    expect(known('t', taking(z.string().length(3)))).not.toHaveProperty('example')
  })

  it('is left out where the author’s own code chokes on one that was made up', () => {
    expect(exampleOf(z.string().transform((text) => JSON.parse(text) as unknown))).toBeUndefined()
    expect(exampleOf(z.string().refine((text) => new URL(text).protocol === 'https:'))).toBeUndefined()
  })
})
