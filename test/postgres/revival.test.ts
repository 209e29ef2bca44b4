import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { withLock } from '../../src/postgres/lock.ts'
import { serve } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { ask, join, joinElsewhere, kill, machineOf, newFolder, serverOf } from './playground.ts'

// Shared, as initialising one takes a second; every test leaves it without a server.
const folder = newFolder(afterAll)
afterEach(() => kill(folder))

const PRESENT = `select count(*)::int from pg_stat_activity where application_name = 'acceptd presence'`

const untilBack = (url: string, present: number) =>
  until('the server to be back, and everybody with it', async () => {
    const count = await ask(url, PRESENT).catch(() => 0)
    return count === present
  })

describe('a server that dies under those who use it', () => {
  it('is started again by one of them, where it was, with all that was committed', async () => {
    const others = await Promise.all([joinElsewhere(folder), joinElsewhere(folder)])
    const said: string[] = []
    const postgres = await joinEmbeddedPostgres(folder, machineOf(folder), (sentence) => said.push(sentence))
    await ask(postgres.url, 'create table survivor as select 42 as answer')
    for (const signal of ['SIGKILL', 'SIGQUIT', 'SIGINT'] as const) {
      const before = serverOf(folder)
      process.kill(before ?? 0, signal)
      await until('it to end', () => serverOf(folder) !== before)
      await untilBack(postgres.url, 3)
      expect(serverOf(folder)).not.toBe(before)
      expect(await ask(postgres.url, 'select answer from survivor')).toBe(42)
    }
    expect(said.filter((sentence) => !sentence.endsWith('has been started again'))).toEqual([])
    await Promise.all(others.map((other) => other.leave()))
    expect(serverOf(folder)).toBeDefined()
    await postgres.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('is waited for while its port is another’s, as nobody would find it elsewhere', async () => {
    const said: unknown[] = []
    const postgres = await joinEmbeddedPostgres(folder, machineOf(folder), (...news) => said.push(news))
    const port = Number(new URL(postgres.url).port)
    const squatter = createServer()
    onTestFinished(() => void squatter.close())
    await withLock(path.join(postgres.dataDir, 'lock'), async () => {
      process.kill(serverOf(folder) ?? 0, 'SIGKILL')
      await until('it to end', () => serverOf(folder) === undefined)
      squatter.listen(port, '127.0.0.1')
      await once(squatter, 'listening')
    })
    await until('a try to fail', () => said.length > 0)
    expect(String(said[0])).toContain('could not be started')
    squatter.close()
    await untilBack(postgres.url, 1)
    await postgres.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('does not keep who leaves meanwhile', async () => {
    const postgres = await join(folder)
    process.kill(serverOf(folder) ?? 0, 'SIGKILL')
    await postgres.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('is back before long for the clients of the API, which says so in its log', async () => {
    const acceptd = await serve({ ACCEPTD_DATA_DIR: folder, ACCEPTD_ROLE: 'all' })
    const submit = () =>
      fetch(`${acceptd.url}/tasks/ok`, {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': 'application/json' },
      })
    const before = await submit()
    expect(before.status).toBe(202)
    process.kill(serverOf(folder) ?? 0, 'SIGKILL')
    await until('the first 202', async () => (await submit()).status === 202)
    const job = await fetch(acceptd.url + before.headers.get('location'))
    expect(job.status).toBe(200)
    await until('the log to say so', () =>
      /embedded Postgres was gone; it has been started/.test(acceptd.output()),
    )
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    expect(serverOf(folder)).toBeUndefined()
  })
})
