import { describe, expect, it } from 'vitest'
import type { TaskDocument } from '../../src/http/tasks.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()

describe('the tasks', () => {
  it('are listed with schemas, policy and an example that works', async () => {
    const { body } = await house.api.get('/tasks').expect(200)
    const { items } = body as { items: TaskDocument[] }
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['word-count', 'csv-report', 'slow']),
    )
    for (const task of items.filter(
      ({ name }) => !['crash', 'count', 'backing-off', 'stubborn'].includes(name),
    )) {
      expect(task).toHaveProperty('example')
      await house.api
        .post(task.links.self)
        .set('Idempotency-Key', `example-of-${task.name}`)
        .send(task.example as object)
        .expect(202)
    }
    const started = await house.api.get('/jobs?limit=100')
    for (const job of (started.body as { items: { links: { cancel?: string } }[] }).items) {
      if (job.links.cancel) await house.api.post(job.links.cancel)
    }
  })

  it('can be asked about one by one', async () => {
    const { body } = await house.api.get('/tasks/word-count').expect(200)
    expect(body).toMatchObject({
      name: 'word-count',
      summary: 'Count the words of a text',
      maxAttempts: 3,
      timeoutSeconds: 900,
      typicalDurationSeconds: 1,
      input: { type: 'object', required: ['text'], additionalProperties: false },
      output: { type: 'object', properties: { words: { type: 'integer', minimum: 0 } } },
      links: { self: '/tasks/word-count' },
    })
  })

  it('take no query parameters', async () => {
    await house.api.get('/tasks?limit=1').expect(400)
    await house.api.get('/tasks/ok?x=1').expect(400)
  })
})
