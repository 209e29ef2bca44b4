/** The client against the whole program, over real HTTP. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  client,
  DeadlineError,
  isProblem,
  JobCanceledError,
  JobFailedError,
  type Attempt,
  type Job,
  type ProblemCode,
  type ResultFile,
  type TaskDocument,
} from '../../src/client/client.ts'
import type { AttemptDocument } from '../../src/http/attempts.ts'
import type { ProblemCode as ServerCode } from '../../src/http/problem-types.ts'
import type { JobDocument } from '../../src/http/representation.ts'
import type { TaskDocument as Described } from '../../src/http/tasks.ts'
import { defineTask, fileResult, z } from '../../src/acceptd.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()
const api = () => client({ url: house.url })

describe('a job', () => {
  it('is submitted, waited for and answered with its result by one call', async () => {
    expect(await api().run('word-count', { text: 'to be or not to be' })).toEqual({ words: 6 })
  })

  it('is submitted and followed by hand', async () => {
    const { submit, get, wait, result, attempts } = api()
    const job = await submit('slow', { seconds: 0.2 }, { tags: ['by-hand'], priority: 3 })
    expect(job).toMatchObject({ task: 'slow', done: false, replayed: false, tags: ['by-hand'], priority: 3 })
    expect(['pending', 'running', 'completed']).toContain((await get(job)).status)
    const ended = await wait(job)
    expect(ended).toMatchObject({ id: job.id, status: 'completed', done: true, result: { seconds: 0.2 } })
    expect(await result(job)).toEqual({ seconds: 0.2 })
    expect(await attempts(job)).toMatchObject([{ attempt: 1, outcome: 'completed' }])
  })

  it('is known by its id and by its address as well', async () => {
    const job = await api().submit('ok', {})
    for (const name of [job.id, job.links.self, house.url + job.links.self, job])
      expect((await api().wait(name)).id).toBe(job.id)
    await expect(api().get('http://elsewhere.example/jobs/1')).rejects.toThrow(/not a job of/)
    // Not to be taken for anything but an id, whatever it is.
    for (const odd of ['..', '']) await expect(api().get(odd)).rejects.toThrow(/not the id of a job/)
    for (const odd of ['a?b', 'ü', '%2e%2e', 'a#b'])
      await expect(api().get(odd)).rejects.toSatisfy((error) => isProblem(error, 'job-not-found'))
  })

  it('that fails rejects with what the task said, and the job', async () => {
    const failing = api().run('fail', { how: 'permanent' })
    const error = await failing.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(JobFailedError)
    const { job, code, message } = error as JobFailedError
    expect(job).toMatchObject({ status: 'failed', done: true })
    expect(code).toBe(job.error?.code)
    expect(message).toBe(job.error?.detail)
  })

  it('that is canceled rejects as such, and can be run again', async () => {
    const { submit, wait, cancel, retry } = api()
    const job = await submit('slow', { seconds: 30 })
    const canceled = await cancel(job)
    expect(canceled.status === 'canceled' || canceled.cancelRequestedAt !== undefined).toBe(true)
    expect((await wait(job)).status).toBe('canceled')
    expect((await retry(job)).done).toBe(false)
    await cancel(job)
    await wait(job)
    const running = api().run('slow', { seconds: 30 }, { idempotencyKey: 'to-be-canceled' })
    // The same key is the same job.
    const same = await submit('slow', { seconds: 30 }, { idempotencyKey: 'to-be-canceled' })
    await cancel(same)
    await expect(running).rejects.toBeInstanceOf(JobCanceledError)
  })

  it('is deleted', async () => {
    const job = await api().submit('ok', {})
    await api().wait(job)
    await api().delete(job)
    await expect(api().get(job)).rejects.toSatisfy((error) => isProblem(error, 'job-expired'))
  })

  it('tells of each change, by long polls and by its event stream', async () => {
    for (const events of [false, true]) {
      const seen: Job[] = []
      const onChange = (job: Job) => seen.push(job)
      await api().run('slow', { seconds: 0.6 }, { onChange, events })
      expect(seen.at(-1)?.status).toBe('completed')
      expect(seen.length).toBeGreaterThan(1)
      const progress = seen.map((job) => job.progress ?? 0)
      expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    }
  })

  it('can be iterated over, change by change', async () => {
    const job = await api().submit('slow', { seconds: 0.4 })
    const statuses: string[] = []
    for await (const { status } of api().events(job)) statuses.push(status)
    expect(statuses.at(-1)).toBe('completed')
    // One who comes late sees the end.
    for await (const { status } of api().events(job)) expect(status).toBe('completed')
  })

  it('whose result is large or a file has it all the same', async () => {
    const large = await api().run('big', { bytes: 100_000 })
    expect(JSON.stringify(large).length).toBeGreaterThan(100_000)
    const file = (await api().run('file', { text: 'a,b\n1,2\n' })) as ResultFile
    expect(file.blob.size).toBeGreaterThan(0)
    expect(file.fileName).toEqual(expect.any(String))
  })
})

describe('a list', () => {
  it('goes on over all pages, with its filters', async () => {
    const ids = new Set<string>()
    for (let n = 0; n < 120; n++) ids.add((await api().submit('ok', {}, { tags: ['of-many'] })).id)
    const listed: string[] = []
    for await (const job of api().list({ tag: 'of-many' })) listed.push(job.id)
    expect(listed).toHaveLength(120)
    expect(new Set(listed)).toEqual(ids)
    expect((await api().tasks()).map(({ name }) => name)).toContain('word-count')
  })
})

describe('a call', () => {
  it('ends at its deadline with the job, which goes on', async () => {
    const error = await api()
      .run('slow', { seconds: 20 }, { timeoutSeconds: 1.2 })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DeadlineError)
    const { job } = error as DeadlineError
    expect(job).toMatchObject({ task: 'slow', done: false })
    await api().cancel(String(job?.id))
  })

  it('ends when its signal says so, with the reason', async () => {
    const stop = new AbortController()
    const job = await api().submit('slow', { seconds: 20 })
    const waiting = api().wait(job, { signal: stop.signal })
    await sleep(50)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(api().get(job, { signal: stop.signal })).rejects.toThrow('enough')
    await api().cancel(job)
  })

  it('says all that is wrong with an input', async () => {
    const error = await api()
      .submit('word-count', { text: 1, more: 2 })
      .catch((reason: unknown) => reason)
    if (!isProblem(error, 'validation-error')) throw error
    expect(error.status).toBe(422)
    expect(error.retryable).toBe(false)
    expect(new Set(error.errors.map(({ pointer }) => pointer))).toEqual(
      new Set(['#/input/more', '#/input/text']),
    )
  })
})

describe('types', () => {
  const tasks = {
    add: defineTask({
      summary: 'Add',
      input: z.object({ a: z.number(), b: z.number().default(0) }),
      output: z.object({ sum: z.number() }),
      run: ({ a, b }) => ({ sum: a + b }),
    }),
    export: defineTask({
      summary: 'Export',
      input: z.object({}),
      output: fileResult,
      run: () => ({ fileName: 'a.csv', mediaType: 'text/csv', text: '' }),
    }),
  }

  it('follow from the tasks, or from what was written down', () => {
    const typed = client<typeof tasks>({ url: house.url })
    expectTypeOf(typed.run<'add'>).returns.resolves.toEqualTypeOf<{ sum: number }>()
    expectTypeOf(typed.run<'export'>).returns.resolves.toEqualTypeOf<ResultFile>()
    expectTypeOf(typed.submit<'add'>)
      .parameter(1)
      .toEqualTypeOf<{ a: number; b?: number | undefined }>()
    // @ts-expect-error: there is no such task
    void (() => typed.run('subtract', {}))
    // @ts-expect-error: an input of another kind
    void (() => typed.run('add', { a: '1' }))
    const written = client<{ add: { input: { a: number }; output: number } }>({ url: house.url })
    expectTypeOf(written.run<'add'>).returns.resolves.toEqualTypeOf<number>()
    interface Written {
      add: { input: { a: number }; output: number }
    }
    expectTypeOf(client<Written>().run<'add'>).returns.resolves.toEqualTypeOf<number>()
    expectTypeOf(client().run).parameter(1).toBeUnknown()
  })

  it('of results that only look like files are those of the results', () => {
    interface Kinds {
      any: { input: null; output: unknown }
      upload: { input: null; output: { fileName: string; mediaType: string } }
      scan: { input: null; output: { fileName: string; mediaType: string; pages: number } | null }
    }
    const anything = { any: defineTask({ summary: 'Any', input: z.any(), output: z.any(), run: () => 1 }) }
    expectTypeOf(client<typeof anything>().run<'any'>).returns.resolves.toBeAny()
    expectTypeOf(client<Kinds>().run<'any'>).returns.resolves.toBeUnknown()
    expectTypeOf(client<Kinds>().run<'upload'>).returns.resolves.toEqualTypeOf<Kinds['upload']['output']>()
    expectTypeOf(client<Kinds>().run<'scan'>).returns.resolves.toEqualTypeOf<Kinds['scan']['output']>()
  })

  it('of documents are those of the API', () => {
    expectTypeOf<JobDocument>().toExtend<Job>()
    expectTypeOf<AttemptDocument>().toExtend<Attempt>()
    expectTypeOf<Described>().toExtend<TaskDocument>()
    expectTypeOf<Exclude<ServerCode, ProblemCode>>().toBeNever()
    expectTypeOf<Exclude<ProblemCode, ServerCode>>().toBeNever()
  })
})
