import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/http/problem.ts'
import { useHouse } from '../support/house.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const house = useHouse()

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
    for (const ask of [
      submit,
      () => fetch(`${url}/jobs`),
      () => fetch(url + before.headers.get('location')),
    ]) {
      const response = await ask()
      expect(response.status).toBe(503)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await response.json()) as Problem).toMatchObject({
        code: 'temporary-reduced-capacity',
        retryable: true,
      })
    }
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    for (const path of ['/readyz', '/health']) {
      const response = await fetch(url + path)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ status: 'fail', healthy: false })
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

  it('a connection lost after COMMIT was sent does not lose the job: it is looked up', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const acceptd = await house.extend({ DATABASE_URL: proxy.url, ACCEPTD_ROLE: 'api' })
    // The reply to COMMIT is swallowed and the connection dropped: whether it happened is open for the service.
    proxy.swallowReplyTo('commit', 'insert into "acceptd"."jobs"')
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

  it('a claim whose COMMIT was answered to nobody is handed back, by the worker that does not know of it', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const busy = await Promise.all(
      Array.from({ length: 10 }, () => house.api.submit('slow', { seconds: 60 })),
    )
    await Promise.all(busy.map((job) => house.reaches(job.location, 'running')))
    // The house's own worker has no slot left: the job goes to the one behind the proxy.
    const worker = await house.extend({ DATABASE_URL: proxy.url, ACCEPTD_ROLE: 'worker' })
    proxy.swallowReplyTo('commit', 'claim(job_id')
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    expect(proxy.swallowed()).toBe(1)
    expect(await house.api.job(location)).toMatchObject({ attempt: 2, maxAttempts: 4 })
    await Promise.all(busy.map((job) => house.api.post(`${job.location}/cancel`).expect(202)))
    await worker.close()
    await proxy.close()
  })

  it('a result is kept until it can be written', async () => {
    const proxy = await tcpProxy(house.databaseUrl)
    const worker = await house.extend({
      DATABASE_URL: proxy.url,
      ACCEPTD_ROLE: 'worker',
      ACCEPTD_CONCURRENCY: '50',
    })
    proxy.swallowReplyTo('commit', '"result" = ')
    const jobs = await Promise.all(Array.from({ length: 20 }, (_, n) => house.api.submit('ok', { value: n })))
    for (const [n, { location }] of jobs.entries()) {
      expect(await house.reaches(location, 'completed')).toMatchObject({ result: { value: n } })
    }
    await worker.close()
    await proxy.close()
  })
})
