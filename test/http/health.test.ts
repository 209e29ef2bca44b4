import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

describe('health', () => {
  it('says alive and ready in the format made for it', async () => {
    for (const path of ['/livez', '/readyz']) {
      const response = await house.api.get(path).expect(200)
      expect(response.headers).toMatchObject({
        'content-type': 'application/health+json',
        'cache-control': 'no-store',
      })
      expect(response.body).toMatchObject({ status: 'pass', healthy: true })
    }
  })

  it('warns, and is still well, when no worker is alive', async () => {
    const { body } = await house.api.get('/health').expect(200)
    expect(body).toMatchObject({
      status: 'warn',
      healthy: true,
      checks: { 'workers:alive': [{ status: 'warn', observedValue: 0 }] },
    })
  })

  it('warns when a job that could run waits too long, and not for one that is not due', async () => {
    await house.api.submit(`ok?runAt=${new Date(Date.now() + 3600_000).toISOString()}`, {})
    const check = async () => {
      const { body } = await house.api.get('/health').expect(200)
      return (body as { checks: Record<string, unknown[]> }).checks['queue:oldestRunnable']?.[0]
    }
    expect(await check()).toMatchObject({ status: 'pass', observedValue: 0 })
    await house.api.submit('ok', {})
    await house.database.pool.query(
      `update acceptd.jobs set run_at = now() - interval '2 minutes' where run_at <= now()`,
    )
    expect(await check()).toMatchObject({ status: 'warn', observedUnit: 's' })
  })

  it('passes with a worker, and counts it', async () => {
    const worker = await house.extend({ ACCEPTD_ROLE: 'worker' })
    expect(worker.port).toBeUndefined()
    await until('the backlog to be gone', async () => (await house.api.get('/health')).body.status === 'pass')
    const { body } = await house.api.get('/health')
    expect(body).toMatchObject({
      checks: { 'workers:alive': [{ status: 'pass', observedValue: 1, observedUnit: 'processes' }] },
    })
    await worker.close()
    expect((await house.api.get('/health')).body).toMatchObject({
      checks: { 'workers:alive': [{ observedValue: 0 }] },
    })
  })

  it('can be had whatever the Accept header says', async () => {
    await house.api.get('/livez').set('Accept', 'text/html').expect(200)
  })
})
