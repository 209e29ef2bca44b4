import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const house = useHouse()
const FAR = encodeURIComponent(new Date(Date.now() + 3_600_000).toISOString())

const idle = async () => (await house.api.submit(`ok?runAt=${FAR}`, {})).location
const etagOf = async (path: string) => String((await house.api.get(path).expect(200)).headers['etag'])

describe('a job document that has not changed', () => {
  it('is 304 for its ETag, said in any of the forms there are', async () => {
    const location = await idle()
    const etag = await etagOf(location)
    expect(etag).toMatch(/^"[^"]+"$/)
    for (const form of [etag, `W/${etag}`, `"other, one", ${etag}`, `"x",W/"y" ,${etag}`, '*']) {
      const response = await house.api.get(location).set('If-None-Match', form).expect(304)
      expect(response.text).toBe('')
      expect(response.headers).toMatchObject({
        etag,
        'cache-control': 'private, no-cache',
        vary: 'Accept-Encoding, Prefer',
      })
      expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(response.headers).not.toHaveProperty('content-type')
    }
    await house.api.head(location).set('If-None-Match', etag).expect(304)
  })

  it('is 200 for any other tag, for none that can be read, and whatever a date says', async () => {
    const location = await idle()
    const etag = await etagOf(location)
    for (const other of ['"other"', etag.slice(1, -1), `${etag.slice(0, -1)}-gzip"`, '', 'W/*'])
      await house.api.get(location).set('If-None-Match', other).expect(200)
    const response = await house.api
      .get(location)
      .set('If-Modified-Since', new Date(Date.now() + 86_400_000).toUTCString())
    expect(response.status).toBe(200)
  })

  it('has another ETag after every change, and the same as long as there is none', async () => {
    const { location } = await house.api.submit('slow', { seconds: 0.6 })
    const bodies = new Map<string, string>()
    for (let done = false; !done;) {
      const response = await house.api.get(location).expect(200)
      const etag = String(response.headers['etag'])
      expect(bodies.get(etag) ?? response.text).toBe(response.text)
      bodies.set(etag, response.text)
      done = (response.body as { done: boolean }).done
    }
    expect(new Set(bodies.values()).size).toBe(bodies.size)
    expect(bodies.size).toBeGreaterThan(2)
  })
})

describe('If-Match', () => {
  it('keeps a cancel, a retry and a delete from a job that has changed since', async () => {
    const location = await idle()
    const etag = await etagOf(location)
    const cancel = house.api.post(`${location}/cancel`).set('If-Match', '"stale"')
    expect((await cancel.expect(412)).body).toMatchObject({ code: 'precondition-failed', job: location })
    await house.api.post(`${location}/cancel`).set('If-Match', `W/${etag}`).expect(412)
    expect((await house.api.job(location)).status).toBe('pending')
    await house.api.post(`${location}/cancel`).set('If-Match', `"stale", ${etag}`).expect(200)
    await house.api.post(`${location}/retry`).set('If-Match', etag).expect(412)
    await house.api.delete(location).set('If-Match', etag).expect(412)
    await house.api
      .delete(location)
      .set('If-Match', await etagOf(location))
      .expect(204)
  })

  it('is asked of a read as well, and If-None-Match of a change', async () => {
    const { location, job } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    const etag = await etagOf(location)
    for (const path of [location, job.links.result]) {
      await house.api.get(path).set('If-Match', '"stale"').expect(412)
      await house.api.get(path).set('If-Match', etag).expect(200)
    }
    for (const tag of ['*', `W/${etag}`])
      await house.api.delete(location).set('If-None-Match', tag).expect(412)
    await house.api.delete(location).set('If-None-Match', '"stale"').expect(204)
  })

  it('gives way to what would be refused anyway', async () => {
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    await house.api.post(`${location}/cancel`).set('If-Match', '"stale"').expect(409)
    await house.api.delete('/jobs/nonsense').set('If-Match', '*').expect(404)
    await house.api.delete(location).set('If-Match', '*').expect(204)
  })
})

describe('a large result', () => {
  it('is sent compressed to whoever takes that, under an ETag of its own', async () => {
    const { location, job } = await house.api.submit('big', { bytes: 50_000 })
    await house.reaches(location, 'completed')
    const plain = await house.api.get(job.links.result).set('Accept-Encoding', 'identity').expect(200)
    const packed = await house.api.get(job.links.result).set('Accept-Encoding', 'gzip').expect(200)
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    expect(plain.headers).not.toHaveProperty('content-encoding')
    expect(plain.headers['vary']).toBe('Accept-Encoding')
    expect(Number(packed.headers['content-length'])).toBeLessThan(1000)
    expect(packed.headers['etag']).not.toBe(plain.headers['etag'])
    expect(packed.text).toBe(plain.text)
    for (const [coding, { headers }] of [
      ['identity', plain],
      ['gzip', packed],
    ] as const) {
      const again = house.api.get(job.links.result).set('Accept-Encoding', coding)
      await again.set('If-None-Match', String(headers['etag'])).expect(304)
    }
  })

  it('is sent as it is to whoever refuses that, or prefers it so', async () => {
    const { location, job } = await house.api.submit('big', { bytes: 50_000 })
    await house.reaches(location, 'completed')
    for (const given of ['gzip;q=0', 'identity, gzip;q=0.5', 'br', '']) {
      const { headers } = await house.api.get(job.links.result).set('Accept-Encoding', given).expect(200)
      expect(headers).not.toHaveProperty('content-encoding')
    }
  })
})
