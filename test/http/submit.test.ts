import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse()

describe('a submission', () => {
  it('answers 202 with the job, where to look and how long to wait', async () => {
    const { location, job, headers } = await house.api.submit('word-count', { text: 'to be or not to be' })
    expect(location).toBe(`/jobs/${job.id}`)
    expect(headers).toMatchObject({
      'content-location': location,
      'retry-after': '1',
      link: `<${location}>; rel="monitor"`,
      'cache-control': 'no-store',
      'content-type': 'application/json',
    })
    expect(headers).not.toHaveProperty('etag')
    expect(headers).not.toHaveProperty('idempotent-replayed')
    expect(job).toMatchObject({
      task: 'word-count',
      status: 'pending',
      done: false,
      attempt: 0,
      links: { self: location },
    })
    const done = await house.reaches(location, 'completed')
    expect(done).toMatchObject({ done: true, attempt: 1, result: { words: 6 } })
  })

  it('may come through either door', async () => {
    const body = { task: 'ok', input: { value: [1, 'two', null] }, tags: ['a', 'b'], priority: 7 }
    const response = await house.api.post('/jobs').send(body).expect(202)
    const job = response.body as JobDocument
    expect(job).toMatchObject({ task: 'ok', tags: ['a', 'b'], priority: 7 })
    const done = await house.reaches(response.headers['location'] as string, 'completed')
    expect(done.result).toEqual({ value: [1, 'two', null] })

    await house.api.post('/tasks/ok?tags=a&tags=b').send({ value: 1 }).expect(202)
    const other = await house.api.post('/tasks/ok?priority=7&tags=a,b').send({ value: 1 }).expect(202)
    expect(other.body).toMatchObject({ task: 'ok', tags: ['a', 'b'], priority: 7 })
  })

  it('can be read the instant it was accepted', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { location } = await house.api.submit('ok', {})
        return (await house.api.job(location)).id
      }),
    )
    expect(new Set(answers).size).toBe(100)
  })

  it('is not run before runAt, and says how long until then', async () => {
    const runAt = new Date(Date.now() + 1800_000).toISOString()
    const { job, headers, location } = await house.api.submit(`ok?runAt=${runAt}`, {})
    expect(job.runAt).toBe(runAt)
    expect(Number(headers['retry-after'])).toBeGreaterThan(1700)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(1806)
    await house.reaches((await house.api.submit('ok', {})).location, 'completed')
    expect((await house.api.job(location)).status).toBe('pending')
  })

  it('is run when runAt comes', async () => {
    const { location, job } = await house.api.submit(
      `ok?runAt=${new Date(Date.now() + 1200).toISOString()}`,
      {},
    )
    const done = await house.reaches(location, 'completed')
    expect(Date.parse(done.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(job.runAt))
  })

  it('takes one to mean now that was before all that a database knows', async () => {
    for (const runAt of ['0000-02-29T12:00:00Z', '0001-01-01T00:00:00%2B14:00']) {
      const { location, job } = await house.api.submit(`ok?runAt=${runAt}`, {})
      expect(job.runAt).toBe(job.createdAt)
      await house.reaches(location, 'completed')
    }
  })

  it('takes a runAt gone by to mean now', async () => {
    const { location, job } = await house.api.submit('ok?runAt=2020-02-29T12:00:00%2B02:00', {})
    expect(job.runAt).toBe(job.createdAt)
    await house.reaches(location, 'completed')
  })

  it('is accepted with media types and Accept headers of any usual spelling', async () => {
    const types = [
      'Application/JSON; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/vnd.mine+json',
    ]
    for (const type of types) {
      await house.api.post('/tasks/ok').set('Content-Type', type).send('{"value": 1}').expect(202)
    }
    for (const accept of [
      '*/*',
      'application/*',
      'application/json;q=0.1',
      'text/html, application/json',
      '',
    ]) {
      await house.api.post('/tasks/ok').set('Accept', accept).send({}).expect(202)
    }
  })

  it('ignores request headers it does not know, and hosts that are not its own', async () => {
    const strange = {
      'X-Foo': '1',
      baggage: 'a=b',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'host=evil.example',
    }
    const response = await house.api.post('/tasks/ok').set(strange).send({}).expect(202)
    expect(JSON.stringify([response.headers, response.body])).not.toContain('evil.example')
  })

  it('keeps numbers as they were, or says that it cannot', async () => {
    const text = '{"value": [0.1, -0, 1e21, 9007199254740991, 12345.678]}'
    const response = await house.api.post('/tasks/ok').type('json').send(text).expect(202)
    const { result } = await house.reaches(response.headers['location'] as string, 'completed')
    expect(result).toEqual({ value: [0.1, 0, 1e21, 9007199254740991, 12345.678] })
    for (const literal of ['9007199254740993', '1e400', '-1e400', '1e-400', '0.1234567890123456789']) {
      const refused = await house.api.post('/tasks/ok').type('json').send(`{"value": ${literal}}`).expect(422)
      expect(refused.body).toMatchObject({ errors: [{ pointer: '#/value' }] })
    }
  })
})

describe('a body in a content coding', () => {
  it('is taken in each, in capitals too, but not in half', async () => {
    const body = JSON.stringify({ text: 'a b c' })
    const coded = {
      gzip: zlib.gzipSync(body),
      GZIP: zlib.gzipSync(body),
      deflate: zlib.deflateSync(body),
      br: zlib.brotliCompressSync(body),
      zstd: zlib.zstdCompressSync(body),
      identity: Buffer.from(body),
    }
    for (const [coding, bytes] of Object.entries(coded)) {
      const send = (sent: Buffer) =>
        house.api
          .post('/tasks/word-count')
          .set({ 'Content-Type': 'application/json', 'Content-Encoding': coding })
          .serialize((given) => given as unknown as string)
          .send(sent)
      if (coding !== 'identity') await send(bytes.subarray(0, -2)).expect(400)
      expect((await send(bytes)).status).toBe(202)
    }
  })
})
