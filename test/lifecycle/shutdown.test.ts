import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { serve, temporaryFolder } from '../support/processes.ts'
import { useHouse } from '../support/house.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

// The API runs here, in the test; the workers are processes that come and go.
const house = useHouse({ ACCEPTD_ROLE: 'api' })

const startWorker = (settings: Record<string, string> = {}) =>
  serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'worker', ...settings })

describe('a worker that is asked to stop', () => {
  it('lets a job finish that can within the grace, and takes no other', async () => {
    const worker = await startWorker({ ACCEPTD_CONCURRENCY: '1', ACCEPTD_GRACE_SECONDS: '20' })
    const { location } = await house.api.submit('slow', { seconds: 0.8 })
    await house.reaches(location, 'running')
    worker.process.kill('SIGTERM')
    const next = await house.api.submit('ok', {})
    expect(await worker.exited).toBe(0)
    expect(await house.api.job(location)).toMatchObject({ status: 'completed', attempt: 1 })
    expect(await house.api.job(next.location)).toMatchObject({ status: 'pending', attempt: 0 })
    await house.api.post(`${next.location}/cancel`).expect(200)
  })

  it('hands back what does not finish, without using up an attempt, and the next worker runs it', async () => {
    const worker = await startWorker({ ACCEPTD_GRACE_SECONDS: '0' })
    const file = path.join(await temporaryFolder(), 'executions.txt')
    const executions = async () => (await fs.readFile(file, 'utf8').catch(() => '')).split('\n').length - 1
    const { location } = await house.api.submit('count', { file, seconds: 60 })
    await until('it to be at work', async () => (await executions()) === 1)
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
    expect(await house.api.job(location)).toMatchObject({ status: 'pending', attempt: 1, maxAttempts: 4 })
    const other = await startWorker()
    await until('it to be at work again', async () => (await executions()) === 2)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    other.process.kill('SIGTERM')
    await other.exited
  })

  it('does not wait for a task that ignores its signal', async () => {
    const worker = await startWorker()
    const { location } = await house.api.submit('stubborn', { seconds: 600 })
    await house.reaches(location, 'failed')
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
  })

  it('goes even when the database is away', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const worker = await startWorker({ DATABASE_URL: proxy.url })
    const { location } = await house.api.submit('slow', { seconds: 1 })
    await house.reaches(location, 'running')
    proxy.cut()
    worker.process.kill('SIGTERM')
    expect(await worker.exited).toBe(0)
    await proxy.close()
    const other = await startWorker()
    await house.reaches(location, 'completed')
    other.process.kill('SIGTERM')
    await other.exited
  })

  it('is gone from the health page at once', async () => {
    const worker = await startWorker()
    const alive = async () =>
      (await house.api.get('/health')).body.checks['workers:alive'][0].observedValue as number
    expect(await alive()).toBe(1)
    worker.process.kill('SIGTERM')
    await worker.exited
    expect(await alive()).toBe(0)
  })
})

describe('an API that is asked to stop', () => {
  it('accepts as before as long as it drains, on connections that it asks to be closed', async () => {
    const api = await serve({
      DATABASE_URL: house.databaseUrl,
      ACCEPTD_ROLE: 'api',
      ACCEPTD_DRAIN_SECONDS: '2',
    })
    api.process.kill('SIGTERM')
    await until('it to be seen', async () => (await fetch(`${api.url}/readyz`)).status === 503)
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${api.url}/tasks/ok`, { method: 'POST', body: '{}', headers })
    expect([answer.status, answer.headers.get('connection')]).toEqual([202, 'close'])
    await house.api.post(`${answer.headers.get('location')}/cancel`).expect(200)
    expect(await api.exited).toBe(0)
  })

  it('finishes the request under way, and says on its connection that it is the last', async () => {
    const api = await serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'api' })
    const client = await house.database.pool.connect()
    await client.query('begin')
    await client.query('lock table acceptd.jobs in access exclusive mode')
    const answer = fetch(`${api.url}/jobs`)
    await until('the request to wait for the table', async () => {
      const { rows } = await house.database.pool.query(`select 1 from pg_locks where not granted`)
      return rows.length > 0
    })
    api.process.kill('SIGTERM')
    await until('it to say that it is stopping', () => api.output().includes('acceptd is stopping'))
    await client.query('rollback')
    client.release()
    expect((await answer).status).toBe(200)
    expect(await api.exited).toBe(0)
    await expect(fetch(`${api.url}/livez`)).rejects.toThrow()
  })

  it('does not wait for requests that never arrive in full, nor for clients it has refused', async () => {
    const api = await serve({ DATABASE_URL: house.databaseUrl, ACCEPTD_ROLE: 'api' })
    const sent = [
      'GET /jobs HTTP/1.1\r\nHost:',
      'POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
      'BLAH\r\n\r\n',
      '',
    ]
    const sockets = await Promise.all(
      sent.map(async (bytes) => {
        const socket = net.connect({
          port: Number(new URL(api.url).port),
          host: '127.0.0.1',
          allowHalfOpen: true,
        })
        socket.on('error', () => undefined)
        await new Promise<void>((resolve) => {
          socket.write(bytes, () => resolve())
        })
        return socket
      }),
    )
    api.process.kill('SIGTERM')
    expect(await api.exited).toBe(0)
    for (const socket of sockets) socket.destroy()
  })
})
