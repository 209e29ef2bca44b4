import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse()

describe('the job document', () => {
  it('tells the life of a job in order, with times that agree', async () => {
    const seen: JobDocument[] = []
    const { location } = await house.api.submit('slow', { seconds: 0.6 })
    await until('the job to end', async () => {
      const job = await house.api.job(location)
      if (JSON.stringify(job) !== JSON.stringify(seen.at(-1))) seen.push(job)
      return job.done
    })
    const order = ['pending', 'running', 'completed']
    const places = seen.map(({ status }) => order.indexOf(status))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(seen.every(({ done, status }) => done === (status === 'completed'))).toBe(true)
    const percents = seen.flatMap(({ progress }) => progress ?? [])
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(seen.filter(({ progress }) => progress === 100).every(({ done }) => done)).toBe(true)
    const last = seen.at(-1)
    const times = [last?.createdAt, last?.startedAt, last?.finishedAt, last?.updatedAt].map(String)
    expect(times).toEqual(times.toSorted())
    expect(last).toMatchObject({ progress: 100, result: { seconds: 0.6 } })
    expect(last?.links).not.toHaveProperty('cancel')
  })

  it('says how long to wait as long as it is not done, and not after', async () => {
    const { location } = await house.api.submit('slow', { seconds: 30 })
    await house.reaches(location, 'running')
    const running = await house.api.get(location).expect(200)
    expect(Number(running.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(running.headers['cache-control']).toBe('private, no-cache')
    expect((running.body as JobDocument).links.cancel).toBe(`${location}/cancel`)
    await house.api.post(`${location}/cancel`).expect(202)
    await house.reaches(location, 'canceled')
    expect((await house.api.get(location).expect(200)).headers).not.toHaveProperty('retry-after')
  })

  it('reads the same twice while nothing happens', async () => {
    const { location } = await house.api.submit(`ok?runAt=${new Date(Date.now() + 60_000).toISOString()}`, {})
    const first = await house.api.get(location)
    const second = await house.api.get(location)
    expect(second.text).toBe(first.text)
  })

  it('can be had by HEAD, without its content', async () => {
    const { location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    const [get, head] = [await house.api.get(location), await house.api.head(location).expect(200)]
    expect(head.text ?? '').toBe('')
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect(head.headers[name]).toBe(get.headers[name])
  })

  it('is one and the same 404 for ids that are unknown, malformed or mangled', async () => {
    const ids = [
      '01a1f000-0000-7000-8000-000000000000',
      'zzz',
      '01A1F000-0000-7000-8000-000000000000',
      '%00',
      '..%2f..',
      "'; drop",
    ]
    for (const id of ids) {
      for (const path of [`/jobs/${id}`, `/jobs/${id}/result`]) {
        const { body } = await house.api.get(path).expect(404)
        const { instance, ...rest } = body as Record<string, unknown>
        expect(instance).toMatch(/^urn:uuid:/)
        expect(rest).toEqual({
          type: '/problems/job-not-found',
          title: 'There is no such job',
          status: 404,
          detail: 'There is no such job',
          code: 'job-not-found',
          retryable: false,
        })
      }
      await house.api.post(`/jobs/${id}/cancel`).expect(404)
    }
  })
})

describe('a failed job', () => {
  it('is a 200 that says failed and why, in words meant for the client', async () => {
    const { location } = await house.api.submit('fail', { how: 'permanent' })
    const failed = await house.reaches(location, 'failed')
    expect(failed).toMatchObject({ done: true, attempt: 1, maxAttempts: 2 })
    expect(failed.error).toEqual({
      type: '/problems/task-failed',
      title: 'The task failed',
      detail: 'There is no account of this name',
      code: 'no-such-account',
      retryable: false,
    })
    expect(failed).not.toHaveProperty('result')
  })

  it('shows nothing of a stack, a statement or a path that an accident held', async () => {
    const { location } = await house.api.submit('fail', { how: 'accident' })
    await house.reaches(location, 'failed')
    const { text } = await house.api.get(location)
    for (const leak of ['select', 'secrets', '/srv', 'fail.ts', 'Object.run'])
      expect(text).not.toContain(leak)
    expect(text).toContain('task-failed')
  })

  it('with code invalid-output when what the task returned is not what its schema allows', async () => {
    const { location } = await house.api.submit('fail', { how: 'output' })
    const { error, attempt } = await house.reaches(location, 'failed')
    expect(error).toMatchObject({ code: 'invalid-output', retryable: false })
    expect(attempt).toBe(1)
  })
})

describe('the result', () => {
  it('is had on its own, exactly as the task returned it', async () => {
    const { location, job } = await house.api.submit('ok', { value: { b: 1, a: [null, 'ä😀', 1.5e-7] } })
    await house.reaches(location, 'completed')
    const response = await house.api.get(job.links.result).expect(200)
    expect(response.text).toBe('{"value":{"b":1,"a":[null,"ä😀",1.5e-7]}}\n')
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    })
  })

  it('is only there when it is too large for the document', async () => {
    const { location, job } = await house.api.submit('big', { bytes: 500_000 })
    expect(await house.reaches(location, 'completed')).not.toHaveProperty('result')
    const { body } = await house.api.get(job.links.result).expect(200)
    expect(body).toEqual({ text: 'x'.repeat(500_000) })
  })

  it('may be null, which is not the same as none', async () => {
    const { location } = await house.api.submit('ok', {})
    expect(await house.reaches(location, 'completed')).toMatchObject({ result: { value: null } })
  })

  it('is 404 with Retry-After while it is not ready, and without when there will be none', async () => {
    const { location, job } = await house.api.submit('slow', { seconds: 30 })
    await house.reaches(location, 'running')
    const notReady = await house.api.get(job.links.result).expect(404)
    expect(notReady.body).toMatchObject({ code: 'result-not-ready', retryable: true, job: location })
    expect(Number(notReady.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    await house.api.post(`${location}/cancel`)
    await house.reaches(location, 'canceled')
    const none = await house.api.get(job.links.result).expect(404)
    expect(none.body).toMatchObject({ code: 'result-not-available', retryable: false, job: location })
    expect(none.headers).not.toHaveProperty('retry-after')
  })
})
