/** The API below a path of somebody else's app: every address it hands out leads back to it. */
import type { ErrorRequestHandler } from 'express'
import swaggerUi from 'swagger-ui-express'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Problem } from '../../src/http/problem.ts'
import type { JobDocument } from '../../src/http/representation.ts'
import { startReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { useHost } from './support.ts'

const errorsOfTheApp: unknown[] = []

const host = useHost({
  options: { settings: { ACCEPTD_CALL_PRIVATE: 'yes', LOG_LEVEL: 'silent' } },
  mount(app, { router }) {
    app.set('etag', 'weak')
    app.set('query parser', 'extended')
    app.get('/hello', (_req, res) => void res.send('hello'))
    app.use('/async', router)
    // A program may have Swagger UI for its own API; set up after ours.
    app.use('/own-docs', swaggerUi.serve, swaggerUi.setup({ openapi: '3.1.0', info: { title: 'own' } }))
    app.use((_req, res) => void res.status(404).send('not of this app'))
    app.use(((error, _req, res, _next) => {
      errorsOfTheApp.push(error)
      res.status(500).send('an error of this app')
    }) satisfies ErrorRequestHandler)
  },
})

const JOB = /^\/async\/jobs\/[0-9a-f-]{36}$/

describe('below its prefix', () => {
  it('a job lives its life, from link to link', async () => {
    const { location, job, headers } = await submit('add', { a: 1, b: 2 })
    expect(location).toMatch(JOB)
    expect(headers).toMatchObject({ 'content-location': location, link: `<${location}>; rel="monitor"` })
    expect(headers).not.toHaveProperty('etag')
    expect(job.links).toMatchObject({ self: location, cancel: `${location}/cancel` })
    const done = await host.reaches(job.links.self, 'completed')
    expect(done.result).toEqual({ sum: 3 })
    await host.api.get(done.links.result).expect(200, { sum: 3 })
    await host.api.get(done.links.attempts).expect(200)
    const events = await host.api.get(done.links.events).expect(200)
    expect(events.text).toContain(`"self":"${location}"`)
    const { headers: seen } = await host.api.get(location).expect(200)
    await host.api.get(location).set('If-None-Match', String(seen['etag'])).expect(304)
    await host.api.delete(location).expect(204)
    await host.api.get(location).expect(410)
  })

  it('a job is canceled, run again and found wanting, from link to link', async () => {
    const { job } = await submit('wait', {})
    await host.reaches(job.links.self, 'running')
    await host.api.post(job.links.cancel ?? '').expect(202)
    const canceled = await host.reaches(job.links.self, 'canceled')
    await host.api.post(canceled.links.retry ?? '').expect(202)
    await host.reaches(job.links.self, 'running')
    const { body } = await host.api.delete(job.links.self).expect(409)
    expect(body).toMatchObject({ job: job.links.self, cancel: job.links.cancel })
    await host.api.post(String(body.cancel)).expect(202)
    await host.reaches(job.links.self, 'canceled')
    const failed = await host.reaches((await submit('fail', {})).location, 'failed')
    expect(failed.error?.type).toBe('/async/problems/task-failed')
    await host.api.get(String(failed.error?.type)).expect(200)
  })

  it('a list leads to its next and previous pages', async () => {
    for (let at = 0; at < 3; at++) {
      const { location } = await submit('add', { a: at })
      await host.reaches(location, 'completed')
    }
    const first = await list('/async/jobs?task=add&limit=2')
    expect(first.next).toMatch(/^\/async\/jobs\?task=add&limit=2&cursor=/)
    const second = await list(first.next ?? '')
    expect(second.items[0]?.links.self).toMatch(JOB)
    expect((await list(second.prev ?? '')).items).toEqual(first.items)
    const many = await host.api.post('/async/jobs/delete?status=completed&limit=1').expect(200)
    expect(many.body.next).toMatch(/^\/async\/jobs\/delete\?/)
    await host.api.post(String(many.body.next)).expect(200)
  })

  it('tasks lead to themselves', async () => {
    const { body } = await host.api.get('/async/tasks').expect(200)
    for (const { links } of body.items as { links: { self: string } }[]) {
      expect(links.self).toMatch(/^\/async\/tasks\/[a-z]+$/)
      await host.api.get(links.self).expect(200)
    }
  })

  it('a problem leads to its page, and that to the others and the docs', async () => {
    const { body } = await host.api.get('/async/jobs/nope').expect(404)
    const { type } = body as Problem
    expect(type).toBe('/async/problems/job-not-found')
    const page = await host.api.get(type).expect(200)
    for (const address of linksIn(page.text, type)) await host.api.get(address).expect(200)
    const { headers } = await host.api.get('/async/problems').expect(302)
    expect(resolved(String(headers['location']), '/async/problems')).toBe('/async/problems/')
  })

  it('the docs are complete, whatever docs the app has of its own', async () => {
    const page = await host.api.get('/async/docs/').expect(200)
    const parts = linksIn(page.text, '/async/docs/').filter((address) => /\.(js|css)$/.test(address))
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts) expect((await fetch(host.url + part)).status).toBe(200)
    const init = await fetch(`${host.url}/async/docs/swagger-ui-init.js`)
    expect(await init.text()).toContain('"url": "../openapi.yaml"')
    expect((await host.api.get('/own-docs/swagger-ui-init.js')).text).toContain('"title": "own"')
    const { text: yaml } = await host.api.get('/async/openapi.yaml').expect(200)
    expect(parse(yaml)).toMatchObject({ servers: [{ url: '/async' }] })
  })

  it.each(['/async', '/async/', '/async/docs'])('%s leads to the docs', async (path) => {
    const { status, headers } = await host.api.get(path)
    expect([301, 302]).toContain(status)
    expect(resolved(String(headers['location']), path)).toBe('/async/docs/')
    for (const [, address = ''] of (headers['link'] ?? '').matchAll(/<([^>]+)>/g))
      await host.api.get(resolved(address, path)).expect(200)
  })

  it('a webhook leads to the job that it tells of', async () => {
    await using receiver = await startReceiver()
    const { job } = await host.acceptd.submit('add', { a: 1 }, { callbackUrl: receiver.url })
    await until('it to be told', () => receiver.received.length > 0)
    const { data } = JSON.parse(receiver.received[0]?.body ?? '') as { data: JobDocument }
    expect(data.links).toMatchObject({ self: job.links.self, result: job.links.result })
    const { body } = await host.api.get(job.links.deliveries ?? '').expect(200)
    await host.reaches(String(body.items[0].links.self), 'completed')
  })

  it('links are those of the address that was asked, as far as that can vary', async () => {
    const { body } = await host.api.get('/ASYNC/jobs/nope').expect(404)
    expect((body as Problem).type).toBe('/ASYNC/problems/job-not-found')
    expect((await host.acceptd.submit('add', { a: 1 })).job.links.self).toMatch(JOB)
  })
})

describe('the app around it', () => {
  it('keeps what is not below the prefix, and learns nothing of what is', async () => {
    await host.api.get('/hello').expect(200, 'hello')
    await host.api.get('/jobs').expect(404, 'not of this app')
    const { body } = await host.api.get('/async/nope').expect(404)
    expect(body).toMatchObject({
      type: '/async/problems/route-not-found',
      detail: 'There is nothing at /async/nope; see /async/docs',
    })
    await host.api.put('/async/jobs').expect(405)
    await host.api.get('/async/jobs?status[]=failed').expect(400)
    expect(errorsOfTheApp).toEqual([])
  })
})

async function submit(task: string, input: object) {
  const response = await host.api.post(`/async/tasks/${task}`).send(input).expect(202)
  const headers = response.headers as Record<string, string>
  return { location: headers['location'] ?? '', job: response.body as JobDocument, headers }
}

async function list(path: string) {
  return (await host.api.get(path).expect(200)).body as {
    items: JobDocument[]
    next?: string
    prev?: string
  }
}

function linksIn(page: string, at: string): string[] {
  return [...page.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, address = '']) => resolved(address, at))
}

function resolved(address: string, at: string): string {
  return new URL(address, `http://here${at}`).pathname
}
