import http from 'node:http'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_MAX_WAITING: '3' })
const FAR = encodeURIComponent(new Date(Date.now() + 3_600_000).toISOString())

interface Stream {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  text(): string
  readonly ended: Promise<void>
  close(): void
}

function open(path: string, lastEventId?: string): Promise<Stream> {
  const headers = {
    Accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
  }
  return new Promise((resolve, reject) => {
    const request = http.get(`${house.url}${path}`, { headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (bytes: Buffer) => (text += bytes.toString()))
      const ended = new Promise<void>((end) => {
        response.on('close', end)
      })
      const { statusCode: status = 0 } = response
      resolve({ status, headers: response.headers, text: () => text, ended, close: () => request.destroy() })
    })
    request.on('error', reject)
  })
}

const eventsIn = (text: string) =>
  [...text.matchAll(/^event: job\nid: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data]) => ({
    id: Number(id),
    job: JSON.parse(String(data)) as JobDocument,
  }))

describe('the events of a job', () => {
  it('are its document at each change, with rising ids, and end with the job', async () => {
    const { job, location } = await house.api.submit('slow', { seconds: 0.5 })
    const stream = await open(job.links.events)
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    await stream.ended
    const events = eventsIn(stream.text())
    const ids = events.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(events.at(-1)?.job).toEqual(await house.api.job(location))
    expect(events.filter(({ job: { done } }) => done)).toHaveLength(1)
    expect(events.length).toBeGreaterThan(1)
  })

  it('go on where the reader left off, and are over with 204 once it has seen the end', async () => {
    const { job, location } = await house.api.submit('ok', {})
    await house.reaches(location, 'completed')
    const first = await open(job.links.events)
    await first.ended
    const [last] = eventsIn(first.text()).slice(-1)
    const again = await open(job.links.events, String((last?.id ?? 0) - 1))
    await again.ended
    expect(eventsIn(again.text())).toEqual([last])
    expect((await open(job.links.events, String(last?.id))).status).toBe(204)
    for (const unknown of ['999999', 'nonsense', '-1', '']) {
      const whole = await open(job.links.events, unknown)
      await whole.ended
      expect(eventsIn(whole.text())).toEqual([last])
    }
  })

  it('begin again when a job is run again', async () => {
    const { job, location } = await house.api.submit('fail', {})
    await house.reaches(location, 'failed')
    const first = await open(job.links.events)
    await first.ended
    const seen = eventsIn(first.text()).at(-1)?.id
    await house.api.post(`${location}/retry`).expect(202)
    const second = await open(job.links.events, String(seen))
    await second.ended
    const events = eventsIn(second.text())
    expect(events.every(({ id }) => id > Number(seen))).toBe(true)
    expect(events.at(-1)?.job).toMatchObject({ status: 'failed', attempt: 2 })
  })

  it('are only headers for HEAD, which does not wait for the job', async () => {
    const { job } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const { headers } = await house.api.head(job.links.events).set('Accept', 'text/event-stream').expect(200)
    expect(headers['content-type']).toMatch(/^text\/event-stream/)
  })

  it('end when the job is deleted, and are refused as the job would be', async () => {
    await house.api.get('/jobs/nonsense/events').set('Accept', 'text/event-stream').expect(404)
    await house.api.get('/jobs/nonsense/events').set('Accept', 'text/html').expect(406)
  })

  it('are no more than are allowed at once, and a place is free when a reader goes', async () => {
    const { job } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const streams = await Promise.all([1, 2, 3].map(() => open(job.links.events)))
    const refused = await house.api.get(job.links.events).set('Accept', 'text/event-stream').expect(503)
    expect(refused.body).toMatchObject({ code: 'temporary-reduced-capacity', retryable: true })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    // A poll that would wait is answered with what is known instead.
    await house.api.get(job.links.self).set('Prefer', 'wait=30').expect(200)
    streams[0]?.close()
    await until('a place to be free', async () => {
      const another = await open(job.links.events)
      another.close()
      return another.status === 200
    })
    for (const stream of streams) stream.close()
  })

  it('leave no place taken by readers that were gone before they were answered', async () => {
    const { job } = await house.api.submit(`ok?runAt=${FAR}`, {})
    const ask = `GET ${job.links.events} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`
    const { hostname, port } = new URL(house.url)
    // Some alone, some with a second request behind the first, whose answer waits for its turn.
    for (let n = 0; n < 30; n++) {
      const socket = net.connect(Number(port), hostname)
      socket.on('error', () => undefined)
      await new Promise<void>((sent) => {
        socket.write(n % 2 ? ask : ask + ask, () => sent())
      })
      socket.destroy()
    }
    await until('all places to be free', async () => {
      const streams = await Promise.all([1, 2, 3].map(() => open(job.links.events)))
      for (const stream of streams) stream.close()
      return streams.every(({ status }) => status === 200)
    })
  })
})
