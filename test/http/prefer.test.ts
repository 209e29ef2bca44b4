import http from 'node:http'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()
const FAR = encodeURIComponent(new Date(Date.now() + 3_600_000).toISOString())

describe('Prefer: wait on a submission', () => {
  it('is 200 with the finished job when it ends in that time', async () => {
    const response = await house.api.post('/tasks/ok').set('Prefer', 'wait=20').send({ value: 7 }).expect(200)
    const { location, 'content-location': contentLocation } = response.headers
    expect(response.headers['preference-applied']).toBe('wait=20')
    expect(contentLocation).toBe(location)
    expect(response.headers).not.toHaveProperty('retry-after')
    expect(response.body).toMatchObject({ status: 'completed', done: true, result: { value: 7 } })
    expect(await house.api.job(String(location))).toEqual(response.body)
  })

  it('is the usual 202 when it does not, and loses nothing', async () => {
    const response = await house.api
      .post(`/tasks/ok?runAt=${FAR}`)
      .set('Prefer', 'respond-async, wait=0')
      .send({})
      .expect(202)
    expect(response.headers['preference-applied']).toBe('respond-async, wait=0')
    expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect((await house.api.job(String(response.headers['location']))).status).toBe('pending')
  })

  it('is 200 too for a replay of what is done', async () => {
    const key = { 'Idempotency-Key': 'waited-for' }
    const { location } = await house.api.submit('ok', {}, key)
    await house.reaches(location, 'completed')
    await house.api.post('/tasks/ok').set(key).send({}).expect(202)
    const { headers } = await house.api
      .post('/tasks/ok')
      .set(key)
      .set('Prefer', 'wait=5')
      .send({})
      .expect(200)
    expect(headers).toMatchObject({ location, 'idempotent-replayed': 'true' })
  })

  it('tells of a job that fails as of one that completes', async () => {
    const { body } = await house.api.post('/tasks/fail').set('Prefer', 'wait=20').send({}).expect(200)
    expect(body).toMatchObject({ status: 'failed', error: { code: 'no-such-account' } })
  })
})

describe('Prefer: wait on a poll', () => {
  it('is answered with the end of the job', async () => {
    const { location } = await house.api.submit('slow', { seconds: 0.3 })
    const { body, headers } = await house.api.get(location).set('Prefer', 'wait=20').expect(200)
    expect(body).toMatchObject({ status: 'completed' })
    expect(headers['preference-applied']).toBe('wait=20')
  })

  it('is answered at the next change where the client says what it has', async () => {
    const { location } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const { etag } = (await house.api.get(location)).headers as { etag: string }
    const change = house.api.get(location).set('If-None-Match', etag).set('Prefer', 'wait=20')
    const [changed] = await Promise.all([change, house.api.post(`${location}/cancel`).expect(200)])
    expect(changed.body).toMatchObject({ status: 'canceled' })
  })

  it('is 304 where nothing changes in that time', async () => {
    const { location } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const { etag } = (await house.api.get(location)).headers as { etag: string }
    const { headers } = await house.api
      .get(location)
      .set('If-None-Match', etag)
      .set('Prefer', 'wait=1')
      .expect(304)
    expect(headers).toMatchObject({ etag, 'preference-applied': 'wait=1' })
  })

  it('does not wait for what can no longer change', async () => {
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    const { etag } = (await house.api.get(location)).headers as { etag: string }
    await house.api.get(location).set('If-None-Match', etag).set('Prefer', 'wait=30').expect(304)
  })

  it('is 410 when the job is deleted meanwhile, and 404 for one there never was', async () => {
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    await house.api.delete(location).expect(204)
    await house.api.get(location).set('Prefer', 'wait=20').expect(410)
    await house.api.get('/jobs/nonsense').set('Prefer', 'wait=20').expect(404)
  })

  it('is answered also where nobody can be notified', async () => {
    // As often as the listener comes back it is cut off again.
    const cut = setInterval(
      () =>
        void house.database.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'acceptd listener' and datname = current_database()`,
        ),
      10,
    )
    try {
      const { location } = await house.api.submit('slow', { seconds: 0.3 })
      const { body } = await house.api.get(location).set('Prefer', 'wait=20').expect(200)
      expect(body).toMatchObject({ status: 'completed' })
    } finally {
      clearInterval(cut)
    }
  })

  it('lets go of a client that has gone away', async () => {
    const { location } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const before = house.watched()
    const request = http.get(`${house.url}${location}`, { headers: { Prefer: 'wait=30' } })
    request.on('error', () => undefined)
    await until('the wait to begin', () => house.watched() === before + 1)
    request.destroy()
    await until('the wait to be given up', () => house.watched() === before)
  })
})

describe('other preferences', () => {
  it('are honoured where there is something to honour, and said so', async () => {
    const minimal = await house.api.post('/tasks/ok').set('Prefer', 'return=minimal').send({}).expect(202)
    expect(Object.keys(minimal.body as JobDocument).toSorted()).toEqual(['id', 'links', 'status'])
    expect(minimal.headers['preference-applied']).toBe('return=minimal')
    expect(minimal.headers).toHaveProperty('retry-after')
    const plain = await house.api.post('/tasks/ok').send({}).expect(202)
    expect(plain.headers).not.toHaveProperty('preference-applied')
  })

  it.each([
    ['wait=abc', undefined],
    ['wait=-1', undefined],
    ['wait=', undefined],
    ['foo=bar; x="a, wait=1"', undefined],
    ['handling=strict', undefined],
    ['', undefined],
    [',, ,', undefined],
    ['Respond-Async', 'respond-async'],
    ['WAIT="0"', 'wait=0'],
    ['wait = 0 ; a=b, respond-async;c', 'respond-async, wait=0'],
    ['wait=0, wait=30', 'wait=0'],
    ['return=representation', undefined],
    ['return="minimal"', 'return=minimal'],
    ['x="a, wait=7", wait=0', 'wait=0'],
    ['x="unclosed, wait=0', undefined],
    ['x="a\\"b", respond-async', 'respond-async'],
  ])('are read as RFC 7240 says: %s', async (field, applied) => {
    const { headers } = await house.api
      .post(`/tasks/ok?runAt=${FAR}`)
      .set('Prefer', field)
      .send({})
      .expect(202)
    expect(headers['preference-applied']).toBe(applied)
  })
})
