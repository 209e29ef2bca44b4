import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { lookUntil } from '../../src/postgres/look.ts'
import { ask, join, joinElsewhere, kill, newFolder, refusal, serverOf } from './playground.ts'

// Initialised by the first test and used by the others, which all leave it without a server.
const folder = newFolder(afterAll)
afterEach(() => kill(folder))

describe('the embedded Postgres', () => {
  it('is initialised and started once by processes that start at the same instant in an empty folder', async () => {
    const joiners = await Promise.all([joinElsewhere(folder), joinElsewhere(folder), join(folder)])
    expect(joiners.filter(({ started }) => started)).toHaveLength(1)
    expect(new Set(joiners.map(({ url }) => url)).size).toBe(1)
    await Promise.all(joiners.map(({ leave }) => leave()))
    expect(serverOf(folder)).toBeUndefined()
  })

  it('answers, and stops when the only one leaves', async () => {
    const postgres = await join(folder)
    expect(postgres).toMatchObject({ dataDir: folder, started: true })
    expect(postgres.url).toMatch(/^postgres:\/\/acceptd:[\w-]{32}@127\.0\.0\.1:\d+\/postgres\b/)
    expect(await ask(postgres.url, 'select 1')).toBe(1)
    await postgres.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it.skipIf(process.platform === 'win32')(
    'is reached through a socket file, or by TCP where its path is too long',
    async () => {
      const through = await join(folder)
      expect(await ask(through.url, 'select inet_server_addr()')).toBeNull()
      const byTcp = through.url.replace(/\?.*/, '')
      expect(await ask(byTcp, 'select inet_server_addr()::text')).toBe('127.0.0.1/32')
      await through.leave()
      const far = await join(path.join(newFolder(onTestFinished), 'far'.repeat(30)))
      expect(await ask(far.url, 'select inet_server_addr()::text')).toBe('127.0.0.1/32')
      await far.leave()
    },
  )

  it('is as durable as Postgres is, speaks UTF-8 and wants a password', async () => {
    const { url, leave } = await join(folder)
    const setting = (name: string) => ask(url, `select current_setting('${name}')`)
    expect(await setting('fsync')).toBe('on')
    expect(await setting('synchronous_commit')).toBe('on')
    expect(await setting('full_page_writes')).toBe('on')
    expect(await setting('server_encoding')).toBe('UTF8')
    expect(await setting('max_connections')).toBe('200')
    expect(await ask(url, `select datlocale from pg_database where datlocprovider = 'b' limit 1`)).toBe(
      'C.UTF-8',
    )
    await expect(ask(url.replace(/:[\w-]{32}@/, ':guess@'), 'select 1')).rejects.toThrow(
      'password authentication',
    )
    await leave()
  })

  it('shows its data and its password to nobody else', async () => {
    const { leave } = await join(folder)
    const mode = (name: string) => (statSync(path.join(folder, name)).mode & 0o777).toString(8)
    expect([mode('.'), mode('password'), mode('postgres'), mode('postgres.log')]).toEqual([
      '700',
      '600',
      '700',
      '600',
    ])
    await leave()
  })

  it('stays closed, and does not stay running, without its password', async () => {
    const file = path.join(folder, 'password')
    const password = readFileSync(file)
    writeFileSync(file, 'guess')
    const message = await refusal(join(folder))
    writeFileSync(file, password)
    expect(message).toContain('does not let us in: password authentication failed for user "acceptd"')
    expect(message).toContain(`Put the right password into ${file}`)
    expect(serverOf(folder)).toBeUndefined()
  })

  it('keeps its data when everybody has left', async () => {
    const first = await join(folder)
    await ask(first.url, 'create table kept as select 42 as answer')
    await first.leave()
    const second = await join(folder)
    expect(second.started).toBe(true)
    expect(await ask(second.url, 'select answer from kept')).toBe(42)
    await second.leave()
  })

  it('is shared by processes and stopped by the last one to leave', async () => {
    const first = await joinElsewhere(folder)
    const second = await joinElsewhere(folder)
    expect([first.started, second.started]).toEqual([true, false])
    expect(second.url).toBe(first.url)
    await first.leave()
    expect(await ask(second.url, 'select 1')).toBe(1)
    await second.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('stays while any other client is connected', async () => {
    const postgres = await join(folder)
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    await postgres.leave()
    expect((await client.query('select 1')).rowCount).toBe(1)
    await client.end()
    await (await join(folder)).leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('does not mistake the connections of a pool closed just now for somebody else', async () => {
    const postgres = await join(folder)
    const pool = new Pool({ connectionString: postgres.url, max: 20 })
    await Promise.all(Array.from({ length: 20 }, () => pool.query('select pg_sleep(0.01)')))
    void pool.end()
    await Promise.all([postgres.leave(), postgres.leave()])
    expect(serverOf(folder)).toBeUndefined()
  })

  it('sees to it that a presence which was cut off comes back', async () => {
    const postgres = await join(folder)
    const present = `from pg_stat_activity where application_name = 'acceptd presence'`
    const server = () => ask(postgres.url, `select min(pid) ${present}`)
    const before = await server()
    expect(await ask(postgres.url, `select count(pg_terminate_backend(pid, 5000))::int ${present}`)).toBe(1)
    const back = async () => ([null, before].includes(await server()) ? undefined : 'back')
    expect(await lookUntil(10, back)).toBe('back')
    await postgres.leave()
    expect(serverOf(folder)).toBeUndefined()
  })
})
