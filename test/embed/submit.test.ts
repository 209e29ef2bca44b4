/** Submitting from the app's own code, outside of a transaction: as a POST, with all that holds for one. */
import { describe, expect, it } from 'vitest'
import { createAcceptd, JobError } from '../../src/acceptd.ts'
import { useHost } from './support.ts'

const host = useHost()

describe('a job that code submits', () => {
  it('is the one that a POST would have made, and runs', async () => {
    const { job, replayed } = await host.acceptd.submit('add', { a: 20, b: 22 }, { tags: ['x'], priority: 3 })
    expect(replayed).toBe(false)
    const sent = { task: 'add', input: { a: 20, b: 22 }, tags: ['x'], priority: 3 }
    const { body } = await host.api.post('/async/jobs').send(sent).expect(202)
    const { id: _, links: __, createdAt: ___, runAt: ____, updatedAt: _____, ...same } = body as typeof job
    expect(job).toMatchObject(same)
    expect(Object.keys(job).toSorted()).toEqual(Object.keys(body as object).toSorted())
    expect(await host.reaches(job.links.self, 'completed')).toMatchObject({ result: { sum: 42 } })
    const read = await host.api.get(job.links.self).expect(200)
    expect(await host.acceptd.get(job.id)).toEqual(read.body)
  })

  it('shares its key with requests that mean the same', async () => {
    const runAt = new Date(Date.now() + 3_600_000)
    const first = await host.acceptd.submit('add', { a: 1, b: undefined }, { idempotencyKey: 'k 1', runAt })
    const again = await host.api
      .post(`/async/tasks/add?runAt=${runAt.toISOString()}`)
      .set('Idempotency-Key', '"k 1"')
      .send({ a: 1 })
      .expect(202)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.body).toEqual(first.job)
    expect(first.job.runAt).toBe(runAt.toISOString())
    const reused = host.acceptd.submit('add', { a: 2 }, { idempotencyKey: 'k 1' })
    await expect(reused).rejects.toMatchObject({ code: 'idempotency-key-reused' })
  })

  it('is refused for what a POST is refused for, with everything that is wrong', async () => {
    const input = { a: 'one' }
    // @ts-expect-error: `a` is a number
    const submitting = host.acceptd.submit('add', input, { tags: [''] })
    const error: unknown = await submitting.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(JobError)
    const { body } = await host.api.post('/async/jobs').send({ task: 'add', input: { a: 'one' }, tags: [''] })
    expect(error).toMatchObject({ code: 'validation-error', message: body.detail, errors: body.errors })
  })

  it.each<[string, object, string]>([
    ['a number that JSON does not have', { a: Number.NaN }, '#/input/a'],
    ['a Map', { a: 1, b: new Map() }, '#/input/b'],
    ['text that cannot be kept', { a: 1, c: '\u0000' }, '#/input/c'],
  ])('is refused where its input is %s', async (_, input, pointer) => {
    const submitting = host.acceptd.submit('add', input as { a: number; b?: number })
    await expect(submitting).rejects.toMatchObject({ code: 'validation-error', errors: [{ pointer }] })
  })

  it.each(['', 'ü', 'x'.repeat(256)])('is refused with a key that no request could have: %j', async (key) => {
    const submitting = host.acceptd.submit('add', { a: 1 }, { idempotencyKey: key })
    await expect(submitting).rejects.toMatchObject({ name: 'JobError', code: 'idempotency-key-invalid' })
  })

  it('is refused where there is no such task, or no such option', async () => {
    // @ts-expect-error: there is no such task
    await expect(host.acceptd.submit('ad', { a: 1 })).rejects.toMatchObject({
      errors: [{ pointer: '#/task', detail: expect.stringContaining('Did you mean "add"?') }],
    })
    // @ts-expect-error: there is no such option
    await expect(host.acceptd.submit('add', { a: 1 }, { prioriy: 1 })).rejects.toMatchObject({
      errors: [{ pointer: '#/prioriy' }],
    })
  })

  it('is not found where there is none', async () => {
    await expect(host.acceptd.get(crypto.randomUUID())).rejects.toMatchObject({ code: 'job-not-found' })
  })

  it('may call somebody, as what comes with acceptd', async () => {
    const blocked = host.acceptd.submit('http', { url: 'http://127.0.0.1/' })
    await expect(blocked).rejects.toMatchObject({ errors: [{ pointer: '#/input/url' }] })
  })
})

describe('the compiler', () => {
  it('knows tasks and inputs, except of folders', () => {
    const typed = async () => {
      const { submit } = host.acceptd
      await submit('add', { a: 1, b: 2 })
      await submit('http', { url: 'https://example.org' })
      // @ts-expect-error: `b` is a number
      await submit('add', { a: 1, b: '2' })
      // @ts-expect-error: a member is missing
      await submit('add', {})
      // @ts-expect-error: there is no such task
      await submit('word-count', { text: '' })
      // @ts-expect-error: a pool is no transaction
      await submit('add', { a: 1 }, { db: new Set() })
      const both = await createAcceptd({ tasks: {}, taskFolders: ['tasks'] })
      await both.submit('anything', { whatever: 1 })
      // @ts-expect-error: not a setting
      await createAcceptd({ settings: { ACCEPTD_CONCURENCY: '1' } })
      // @ts-expect-error: not a task
      await createAcceptd({ tasks: { add: () => 1 } })
    }
    expect(typed).toBeTypeOf('function')
  })
})
