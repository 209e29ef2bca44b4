import { describe, expect, it } from 'vitest'
import pg from 'pg'
import { testDatabase } from '../support/database.ts'
import { serve } from '../support/processes.ts'
import { until } from '../support/until.ts'

type Line = Record<string, unknown> & { readonly msg: string }

describe('the log', () => {
  it('has a line for each request and each attempt, nothing of their bodies, and the stack of what nobody expected', async () => {
    const database = await testDatabase()
    const acceptd = await serve({ DATABASE_URL: database.url, NODE_ENV: 'production' })
    const lines = () =>
      acceptd
        .output()
        .split('\n')
        .slice(0, -1) // what follows the last line break is not a line yet
        .map((line) => JSON.parse(line) as Line) // in production there is nothing else on standard output
    const ready = lines().find(({ msg }) => msg === 'acceptd is ready')
    const url = `http://127.0.0.1:${String(ready?.['port'])}`

    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer s3cret' }
    const submit = (task: string, body: string) =>
      fetch(`${url}/tasks/${task}`, { method: 'POST', headers, body })
    const response = await submit('word-count', '{"text": "of a private kind"}')
    await submit('fail', '{"how": "accident"}')
    await until('both to have ended', () => lines().filter(({ msg }) => msg === 'attempt').length === 3)

    await until('the line', () => lines().some(({ url: logged }) => logged === '/tasks/word-count'))
    const request = lines().find((line) => line.msg === 'request' && line['url'] === '/tasks/word-count')
    expect(request).toMatchObject({
      method: 'POST',
      status: 202,
      request: response.headers.get('x-request-id'),
    })
    const done = lines().find(({ msg, task }) => msg === 'attempt' && task === 'word-count')
    expect(done).toMatchObject({
      attempt: 1,
      outcome: 'completed',
      move: 'complete',
      job: expect.any(String) as string,
    })
    const failed = lines().find(({ msg, task }) => msg === 'attempt' && task === 'fail')
    expect(failed).toMatchObject({
      code: 'task-failed',
      err: { message: expect.stringContaining('secrets') as string },
    })
    expect(acceptd.output()).not.toMatch(/private kind|s3cret/)

    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('alter table acceptd.jobs rename column tags to tgas')
    const bug = await fetch(`${url}/jobs`)
    expect(bug.status).toBe(500)
    await until('the line', () => lines().some(({ msg }) => msg === 'unexpected error'))
    const unexpected = lines().find(({ msg }) => msg === 'unexpected error')
    expect(unexpected).toMatchObject({
      request: bug.headers.get('x-request-id'),
      err: {
        message: expect.stringContaining('tags') as string,
        stack: expect.stringContaining('.ts:') as string,
      },
    })
    await client.query('alter table acceptd.jobs rename column tgas to tags')
    await client.end()
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    await database.drop()
  })
})
