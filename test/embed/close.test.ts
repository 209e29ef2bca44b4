/** What is left of acceptd in a program when it has been closed: nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAcceptd } from '../../src/acceptd.ts'
import { testDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { tasks, useHost } from './support.ts'

const PROGRAM = path.join(import.meta.dirname, 'program.ts')

const SEEN = [
  { added: [] },
  { status: 'completed', result: 2 },
  { blamed: true },
  { status: 'failed', error: 'task-failed' },
  { lastEvent: true },
]

describe('a program that acceptd is part of', () => {
  it('keeps its handlers to itself, and ends by itself once acceptd is closed', async () => {
    const { url, drop } = await testDatabase()
    onTestFinished(drop)
    expect(await run({ DATABASE_URL: url })).toEqual({ code: 0, said: SEEN })
  })

  it('does so with the embedded Postgres, too, and settings of its own that mean something else there', async () => {
    const env = { PORT: 'a pipe', HOST: '', LOG_LEVEL: 'verbose', ACCEPTD_MAX_WAITING: '50000' }
    expect(await run(env, await temporaryFolder())).toEqual({ code: 0, said: SEEN })
  })
})

describe('closing', () => {
  const host = useHost()
  const settings = { ACCEPTD_GRACE_SECONDS: '0', LOG_LEVEL: 'silent' }

  it('answers who waits, hands back what runs, and turns away who comes after', async () => {
    const { url, drop } = await testDatabase()
    const acceptd = await createAcceptd({ tasks, databaseUrl: url, settings })
    const server = express().use('/async', acceptd.router).listen(0, '127.0.0.1')
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
      await drop()
    })
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const at = (link: string) => `http://127.0.0.1:${port}${link}`
    const { job } = await acceptd.submit('wait', {})
    const events = await fetch(at(job.links.events))
    const reading = events.text()
    await until('it to run', async () => (await acceptd.get(job.id)).status === 'running')
    const arrived = once(server, 'request')
    const waiting = fetch(at(job.links.self), { headers: { Prefer: 'wait=30' } })
    await arrived

    const closing = acceptd.close()
    expect(acceptd.close()).toBe(closing)
    expect(await (await waiting).json()).toMatchObject({ id: job.id, done: false })
    expect(await reading).toContain('event: job')
    await closing

    const late = await fetch(at('/async/tasks/add'), { method: 'POST' })
    expect(late.status).toBe(503)
    expect(late.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(await late.json()).toMatchObject({ code: 'temporary-reduced-capacity' })

    const next = await createAcceptd({ tasks, databaseUrl: url, settings, role: 'api' })
    expect(await next.get(job.id)).toMatchObject({ status: 'pending', attempt: 1, maxAttempts: 4 })
    await next.close()
  })

  it('in two steps leaves the app time for what it has to close itself', async () => {
    const { url, drop } = await testDatabase()
    onTestFinished(drop)
    const acceptd = await createAcceptd({ tasks, databaseUrl: url, settings })
    const { job } = await acceptd.submit('wait', {})
    await until('it to run', async () => (await acceptd.get(job.id)).status === 'running')
    await acceptd.drain()
    // No worker of this process has it any more, and none takes another.
    expect(await acceptd.get(job.id)).toMatchObject({ status: 'pending' })
    const { job: later } = await acceptd.submit('add', { a: 1 })
    expect(await acceptd.get(later.id)).toMatchObject({ status: 'pending' })
    await acceptd.close()
  })

  it('leaves others on the same database alone', async () => {
    const other = await createAcceptd({ tasks, databaseUrl: host.databaseUrl, role: 'api', settings })
    const { job } = await other.submit('add', { a: 5 })
    await other.close()
    expect(await host.reaches(`/async/jobs/${job.id}`, 'completed')).toMatchObject({ result: { sum: 5 } })
  })
})

/** Runs the program to its end, and reads what it said. */
async function run(env: Record<string, string>, ...words: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()))
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  expect(errors).toBe('')
  const lines = output.trim().split('\n')
  // Its log has a line for the error that escaped, perhaps.
  const said = lines.map((line) => JSON.parse(line) as object).filter((line) => !('level' in line))
  return { code, said }
}
