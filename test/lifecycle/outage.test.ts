import { describe, expect, it } from 'vitest'
import { apiAt } from '../support/api.ts'
import { documentedBy } from '../support/documented.ts'
import { useHouse } from '../support/house.ts'
import { acceptd as startProcess } from '../support/processes.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const house = useHouse()

/** All ten slots of the house's own worker, so that other jobs go to the one behind the proxy. */
const occupyTheHouse = async (): Promise<string[]> => {
  const busy = await Promise.all(Array.from({ length: 10 }, () => house.api.submit('slow', { seconds: 60 })))
  await Promise.all(busy.map(({ location }) => house.reaches(location, 'running')))
  return busy.map(({ location }) => location)
}

describe('while the database is away', () => {
  it('everything that needs it is 503 with Retry-After, and the process lives on and recovers by itself', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const acceptd = await house.extend({ DATABASE_URL: proxy.url })
    const url = `http://127.0.0.1:${acceptd.port}`
    const submit = () =>
      fetch(`${url}/tasks/ok`, {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'outage' },
      })
    const before = await submit()
    expect(before.status).toBe(202)
    await until(
      'the job to end',
      async () => (await fetch(url + before.headers.get('location'))).headers.get('retry-after') === null,
    )

    proxy.cut()
    const api = apiAt(url, documentedBy(house.catalogue))
    const address = before.headers.get('location') ?? ''
    for (const ask of [
      api.post('/tasks/ok').send({}),
      api.get('/jobs'),
      api.get(address),
      api.post(`${address}/cancel`),
    ]) {
      const { body, headers } = await ask.expect(503)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(body).toMatchObject({ code: 'temporary-reduced-capacity', retryable: true })
    }
    await api.get('/livez').expect(200)
    for (const path of ['/readyz', '/health']) {
      expect((await api.get(path).expect(503)).body).toMatchObject({ status: 'fail', healthy: false })
    }

    proxy.mend()
    await until('the first 202', async () => (await submit()).status === 202)
    expect((await submit()).headers.get('location')).toBe(before.headers.get('location'))
    await until('readiness', async () => (await fetch(`${url}/readyz`)).status === 200)
    const { location } = await house.api.submit('flaky', { failures: 2 })
    await house.reaches(location, 'completed')
    await acceptd.close()
    await proxy.close()
  })

  it('a connection lost while a job is committed does not lose it: it is looked up', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const acceptd = await house.extend({ DATABASE_URL: proxy.url, ACCEPTD_ROLE: 'api' })
    // The reply to the statement, a transaction by itself, is swallowed and the connection dropped: whether it happened is open for the service.
    proxy.swallowReplyTo('insert into acceptd.jobs')
    const response = await fetch(`http://127.0.0.1:${acceptd.port}/tasks/ok`, {
      method: 'POST',
      body: '{"value": "in doubt"}',
      headers: { 'Content-Type': 'application/json' },
    })
    expect(proxy.swallowed()).toBe(1)
    expect(response.status).toBe(202)
    await house.reaches(response.headers.get('location') ?? '', 'completed')
    await acceptd.close()
    await proxy.close()
  })

  it('a claim that was answered to nobody is handed back, by the worker that does not know of it', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const busy = await occupyTheHouse()
    const worker = await house.extend({ DATABASE_URL: proxy.url, ACCEPTD_ROLE: 'worker' })
    proxy.swallowReplyTo('for key share', 'precious')
    const { location } = await house.api.submit('ok', { value: 'precious' })
    await house.reaches(location, 'completed')
    expect(proxy.swallowed()).toBe(1)
    expect(await house.api.job(location)).toMatchObject({ attempt: 2, maxAttempts: 4 })
    await Promise.all(busy.map((slot) => house.api.post(`${slot}/cancel`).expect(202)))
    await worker.close()
    await proxy.close()
  })

  it('a result is kept until it can be written', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const busy = await occupyTheHouse()
    const worker = await house.extend({
      DATABASE_URL: proxy.url,
      ACCEPTD_ROLE: 'worker',
      ACCEPTD_CONCURRENCY: '50',
    })
    proxy.swallowReplyTo('result = ending.result')
    const jobs = await Promise.all(Array.from({ length: 20 }, (_, n) => house.api.submit('ok', { value: n })))
    for (const [n, { location }] of jobs.entries()) {
      expect(await house.reaches(location, 'completed')).toMatchObject({ result: { value: n } })
    }
    expect(proxy.swallowed()).toBe(1)
    await Promise.all(busy.map((slot) => house.api.post(`${slot}/cancel`).expect(202)))
    await worker.close()
    await proxy.close()
  })

  it('a process that is started in production waits for it, and serves when it is back', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    proxy.cut()
    const started = startProcess(['serve'], { DATABASE_URL: proxy.url, NODE_ENV: 'production', PORT: '0' })
    await until('it to say that it waits', () => started.output().includes('trying again'))
    proxy.mend()
    await until('it to serve', () => started.output().includes('acceptd is ready'))
    started.process.kill('SIGTERM')
    expect(await started.exited).toBe(0)
    await proxy.close()
  })
})
