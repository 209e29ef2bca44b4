import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { lookUntil } from '../../src/postgres/look.ts'
import { ask, clusterOf, join, joinElsewhere, kill, newFolder, serverOf, startJoiner } from './playground.ts'

// Shared, as initialising one takes a second; every test leaves it without a server.
const folder = newFolder(afterAll)
afterEach(() => kill(folder))

describe('after a crash', () => {
  it('an initialisation cut short, lock and all, is begun anew', async () => {
    const fresh = newFolder(onTestFinished)
    const names = () => (existsSync(fresh) ? readdirSync(fresh) : [])
    const unfinished = () => names().find((name) => name.startsWith('postgres.new-'))
    const joiner = startJoiner(fresh)
    await lookUntil(20, () => {
      const name = unfinished()
      return name !== undefined && existsSync(path.join(fresh, name, 'PG_VERSION')) ? name : undefined
    })
    joiner.kill('SIGKILL')
    expect(unfinished()).toBeDefined()
    expect(existsSync(clusterOf(fresh))).toBe(false)
    const postgres = await join(fresh)
    expect(postgres.started).toBe(true)
    expect(await ask(postgres.url, 'select 1')).toBe(1)
    await postgres.leave()
    expect(serverOf(fresh)).toBeUndefined()
    // The initdb of the killed process may go on writing for a while; what it leaves goes with one of the next starts.
    const gone = await lookUntil(20, async () => {
      if (unfinished() === undefined) return true
      await (await join(fresh)).leave()
      return undefined
    })
    expect(gone).toBe(true)
  })

  it('the server survives the kill of the process that started it, and the next one takes it over', async () => {
    const killed = await joinElsewhere(folder)
    await ask(killed.url, 'create table survivor as select 42 as answer')
    await killed.kill()
    const server = serverOf(folder)
    expect(server).toBeDefined()
    const next = await join(folder)
    expect(next).toMatchObject({ started: false, url: killed.url })
    expect(serverOf(folder)).toBe(server)
    expect(await ask(next.url, 'select answer from survivor')).toBe(42)
    await next.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('a killed server starts again on its port with everything committed', async () => {
    const before = await joinElsewhere(folder)
    await ask(before.url, 'create table committed as select 42 as answer')
    await before.kill()
    await kill(folder)
    expect(existsSync(path.join(clusterOf(folder), 'postmaster.pid'))).toBe(true)
    const after = await join(folder)
    expect(after).toMatchObject({ started: true, url: before.url })
    expect(await ask(after.url, 'select answer from committed')).toBe(42)
    await after.leave()
    expect(serverOf(folder)).toBeUndefined()
  })

  it('a process leaves quietly when its server has died', async () => {
    const postgres = await join(folder)
    await kill(folder)
    await expect(postgres.leave()).resolves.toBeUndefined()
  })

  it('the process number of a dead server may belong to another program by now', async () => {
    const killed = await joinElsewhere(folder)
    await killed.kill()
    await kill(folder)
    // The same user's, for only then Postgres would take it for its predecessor and refuse to start.
    const { uid, gid } = statSync(clusterOf(folder))
    const stranger = spawn('sleep', ['60'], { uid, gid, cwd: '/' })
    onTestFinished(() => void stranger.kill())
    const file = path.join(clusterOf(folder), 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)))
    const next = await join(folder)
    expect(next.started).toBe(true)
    await next.leave()
    expect(serverOf(folder)).toBeUndefined()
    expect(stranger.signalCode).toBeNull()
  })
})

describe('a folder with a running server', () => {
  it('may be moved, and the server is still found', async () => {
    const before = await join(folder)
    const moved = newFolder(onTestFinished)
    renameSync(folder, moved)
    const after = await join(moved)
    expect(after).toMatchObject({ started: false, dataDir: moved })
    // Whoever has joined before goes on over the connections it has, but finds the socket file no more.
    expect(new URL(after.url).host).toBe(new URL(before.url).host)
    await before.leave()
    expect(await ask(after.url, 'select 1')).toBe(1)
    await after.leave()
    expect(serverOf(moved)).toBeUndefined()
    renameSync(moved, folder)
  })

  it('may be copied, and the copy gets a server of its own', async () => {
    const original = await join(folder)
    await ask(original.url, 'create table copied as select 42 as answer')
    await ask(original.url, 'checkpoint')
    const elsewhere = newFolder(onTestFinished)
    execFileSync('cp', ['-a', folder, elsewhere])
    const copy = await join(elsewhere)
    expect(copy.started).toBe(true)
    expect(copy.url).not.toBe(original.url)
    expect(await ask(copy.url, 'select answer from copied')).toBe(42)
    await copy.leave()
    expect(await ask(original.url, 'select 1')).toBe(1)
    await original.leave()
  })
})
