import { describe, expect, it } from 'vitest'
import { purge } from '../../src/work/purge.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_RETENTION_SECONDS: '86400' })
const inJobs = async (sql: string, id: string) =>
  (await house.database.pool.query(`${sql} where id = $1`, [id])).rowCount ?? 0

const ended = async (task = 'ok', headers: Record<string, string> = {}) => {
  const { location, job } = await house.api.submit(task, {}, headers)
  await house.reaches(location, task === 'fail' ? 'failed' : 'completed')
  return { location, id: job.id }
}
/** As if that much time had passed. */
const age = (id: string, seconds: number) =>
  house.database.pool.query(
    `update acceptd.jobs set expires_at = expires_at - make_interval(secs => $2) where id = $1`,
    [id, seconds],
  )

describe('a job that has ended', () => {
  it('says until when it is kept, in its document and as Sunset', async () => {
    const { location } = await ended()
    const { body, headers } = await house.api.get(location).expect(200)
    const { finishedAt, expiresAt } = body as Record<string, string>
    expect(Date.parse(String(expiresAt)) - Date.parse(String(finishedAt))).toBe(86_400_000)
    expect(Date.parse(String(headers['sunset']))).toBe(
      Math.floor(Date.parse(String(expiresAt)) / 1000) * 1000,
    )
    expect(headers).not.toHaveProperty('expires')
  })

  it('is gone at that time, purged or not, then forgotten, and its key is free', async () => {
    const key = { 'Idempotency-Key': 'kept-a-day' }
    const { location, id } = await ended('ok', key)
    await age(id, 86_400)
    for (const path of [location, `${location}/result`, `${location}/attempts`, `${location}/events`]) {
      const { body } = await house.api.get(path).set('Accept', '*/*').expect(410)
      expect(body).toMatchObject({ code: 'job-expired', retryable: false })
    }
    expect(JSON.stringify((await house.api.get('/jobs?limit=100')).body)).not.toContain(id)
    const again = await house.api.submit('ok', {}, key)
    expect(again.location).not.toBe(location)
    expect(again.headers).not.toHaveProperty('idempotent-replayed')
    await house.api.get(location).expect(410)
    await house.database.pool.query(`update acceptd.tombstones set forget_at = now() where id = $1`, [id])
    await house.api.get(location).expect(404)
  })

  it('leaves nothing behind once it is purged, but a tombstone for as long again', async () => {
    const { location, id } = await ended()
    await age(id, 86_400)
    await purge(house.database.db)
    expect(await inJobs('select from acceptd.jobs', id)).toBe(0)
    expect(await inJobs('select from (select job_id as id from acceptd.attempts) a', id)).toBe(0)
    await house.api.get(location).expect(410)
    await house.database.pool.query(`update acceptd.tombstones set forget_at = now() where id = $1`, [id])
    await purge(house.database.db)
    expect(await inJobs('select from acceptd.tombstones', id)).toBe(0)
    await house.api.get(location).expect(404)
  })

  it('is kept for as long as its task says', async () => {
    const { location } = await ended('brief')
    const { finishedAt, expiresAt } = await house.api.job(location)
    expect(Date.parse(String(expiresAt)) - Date.parse(String(finishedAt))).toBe(4000)
  })

  it('can be deleted, with its key; after that it is gone', async () => {
    const key = { 'Idempotency-Key': 'to-be-deleted' }
    const { location } = await ended('ok', key)
    const { text } = await house.api.delete(location).expect(204)
    expect(text).toBe('')
    await house.api.delete(location).expect(410)
    await house.api.get(location).expect(410)
    expect((await house.api.submit('ok', {}, key)).headers).not.toHaveProperty('idempotent-replayed')
  })
})

describe('a job whose time runs out while somebody waits to change it', () => {
  it('is gone for them, too', async () => {
    const { location, id } = await ended('fail')
    const client = await house.database.pool.connect()
    try {
      await client.query('begin')
      await client.query('select 1 from acceptd.jobs where id = $1 for update', [id])
      const asked = [
        house.api.post(`${location}/retry`).then(({ status }) => status),
        house.api.post(`${location}/cancel`).then(({ status }) => status),
        house.api.delete(location).then(({ status }) => status),
      ]
      await until('all three to wait for the row', async () => {
        const { rows } = await house.database.pool.query<{ waiting: number }>(
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows[0]?.waiting === 3
      })
      await client.query('update acceptd.jobs set expires_at = clock_timestamp() where id = $1', [id])
      await client.query('commit')
      expect(await Promise.all(asked)).toEqual([410, 410, 410])
    } finally {
      client.release()
    }
  })
})

describe('a job that has not ended', () => {
  it('cannot be deleted, and goes on', async () => {
    const { location } = await house.api.submit('slow', { seconds: 30 })
    await house.reaches(location, 'running')
    const { body } = await house.api.delete(location).expect(409)
    expect(body).toMatchObject({ code: 'job-not-terminal', job: location, retryable: false })
    expect((body as { cancel: string }).cancel).toBe(`${location}/cancel`)
    expect((await house.api.job(location)).status).toBe('running')
    expect(await house.api.job(location)).not.toHaveProperty('expiresAt')
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
  })
})
