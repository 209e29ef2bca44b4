/** Other ways to be mounted: in a router, below a public URL, behind parsers that have read the body. */
import { gzipSync } from 'node:zlib'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { useHost } from './support.ts'

describe('in a router', () => {
  const host = useHost({
    prefix: '/api/v1/async',
    mount(app, { router }) {
      const v1 = express.Router()
      v1.use('/async', router)
      app.use('/api/v1', v1)
    },
  })

  it('links lead back all the same, also those of what code submits once a request has told where that is', async () => {
    const { body, headers } = await host.api.post('/api/v1/async/tasks/add').send({ a: 1 }).expect(202)
    expect(headers['location']).toBe(`/api/v1/async/jobs/${String(body.id)}`)
    expect(await host.reaches(String(headers['location']), 'completed')).toMatchObject({ result: { sum: 1 } })
    const { job } = await host.acceptd.submit('add', { a: 2 })
    expect(job.links.self).toBe(`/api/v1/async/jobs/${job.id}`)
  })
})

describe('in an app in an app', () => {
  const host = useHost({
    prefix: '/api/async',
    mount(app, { router }) {
      const inner = express()
      inner.use('/async/', router)
      app.use('/api', inner)
    },
  })

  it('links lead back before any request has come', async () => {
    const { job } = await host.acceptd.submit('add', { a: 1 })
    expect(job.links.self).toBe(`/api/async/jobs/${job.id}`)
    expect(await host.reaches(job.links.self, 'completed')).toMatchObject({ id: job.id })
  })
})

describe('with a public URL', () => {
  const PUBLIC = 'https://example.org/behind/a/proxy'
  const host = useHost({ options: { publicUrl: `${PUBLIC}/` } })

  it('links lead there', async () => {
    const { headers } = await host.api.post('/async/tasks/add').send({ a: 1 }).expect(202)
    expect(headers['location']).toMatch(`${PUBLIC}/jobs/`)
    expect((await host.acceptd.submit('add', { a: 1 })).job.links.self).toMatch(`${PUBLIC}/jobs/`)
    const { text } = await host.api.get('/async/openapi.yaml').expect(200)
    expect(parse(text)).toMatchObject({ servers: [{ url: PUBLIC }] })
  })
})

describe('behind a parser of the app', () => {
  const host = useHost({
    mount(app, { router }) {
      app.use('/texts', express.text({ type: () => true }), router)
      app.use('/bytes', express.raw({ type: () => true }), router)
      app.use(
        '/careless',
        (req, _res, next) => {
          req.resume().once('end', next)
        },
        router,
      )
      app.use('/async', express.json(), express.urlencoded(), router)
    },
  })
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(host.url + path, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', Prefer: 'wait=20', ...headers },
    })

  it.each(['/async', '/texts', '/bytes'])('a body that was read is taken as it was left: %s', async (at) => {
    const response = await post(`${at}/tasks/add`, '{"a":0.1,"b":9007199254740991}')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ result: { sum: 0.1 + 9007199254740991 } })
  })

  it.each(['/async', '/texts', '/bytes'])('its coding is undone once: %s', async (at) => {
    const body = gzipSync('{"a":7}')
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const response = await fetch(`${host.url}${at}/tasks/add`, { method: 'POST', body, headers })
    expect(response.status).toBe(202)
  })

  it('whole numbers that may have been rounded are refused, and others taken', async () => {
    const { body } = await host.api
      .post('/async/jobs')
      .set('Content-Type', 'application/json')
      .send('{"task":"add","input":{"a":9007199254740993,"b":1e400}}')
      .expect(422)
    expect(body.errors).toMatchObject([
      { pointer: '#/input/a', detail: expect.stringContaining('cannot be kept exactly') },
      { pointer: '#/input/b' },
    ])
  })

  it('the same submission has the same meaning, whoever has read it', async () => {
    const headers = { 'Idempotency-Key': 'once' }
    const first = await post('/async/tasks/add', '{"a":-0,"b":1.5}', headers)
    const second = await post('/bytes/jobs', '{"input":{"b":1.50,"a":0},"task":"add"}', headers)
    expect(second.headers.get('Idempotent-Replayed')).toBe('true')
    expect(((await second.json()) as { id: string }).id).toBe(((await first.json()) as { id: string }).id)
  })

  it('a body that was read and thrown away gets an answer that says so', async () => {
    const response = await post('/careless/tasks/add', '{"a":1}')
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      code: 'internal-error',
      detail: expect.stringMatching(/read the body before/),
    })
  })

  it('a body that is missing, or no JSON, is the client’s affair', async () => {
    expect((await fetch(`${host.url}/async/tasks/add`, { method: 'POST' })).status).toBe(400)
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect((await post('/async/tasks/add', 'a=1', form)).status).toBe(415)
    expect((await post('/texts/tasks/add', '{"a":')).status).toBe(400)
  })

  it('nesting has its limit', async () => {
    const deep = '['.repeat(70) + ']'.repeat(70)
    expect((await post('/async/tasks/add', `{"a":${deep}}`)).status).toBe(400)
  })
})
