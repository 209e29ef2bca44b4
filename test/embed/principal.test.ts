/** Who is who: as the app says, or by API keys. */
import { describe, expect, it } from 'vitest'
import { useHost } from './support.ts'

describe('where the app knows whose request it is', () => {
  const host = useHost({ options: { principalOf: (req) => req.get('X-User') } })
  const as = (name: string) => ({ 'X-User': name })

  it('a job is its owner’s alone, and so is a key', async () => {
    const post = (name: string) =>
      host.api
        .post('/async/tasks/add')
        .set(as(name))
        .set('Idempotency-Key', 'same')
        .send({ a: 1 })
        .expect(202)
    const [ada, bob] = [await post('ada'), await post('user:17, "bob"')]
    expect(bob.body.id).not.toBe(ada.body.id)
    const { location = '' } = ada.headers as Record<string, string>
    await host.api.get(location).set(as('ada')).expect(200)
    await host.api.get(location).set(as('user:17, "bob"')).expect(404)
  })

  it('who is nobody gets 401, and what anyone may see stays open', async () => {
    const { body, headers } = await host.api.get('/async/jobs').expect(401)
    expect(body).toMatchObject({ code: 'unauthorized', type: '/async/problems/unauthorized' })
    expect(headers).toHaveProperty('www-authenticate')
    await host.api.get('/async/livez').expect(200)
    await host.api.get('/async/docs/').expect(200)
  })

  it('a name that cannot be stored is the app’s mistake', async () => {
    await host.api
      .get('/async/jobs')
      .set(as('x'.repeat(256)))
      .expect(500)
  })

  it('code says whose job it submits, and sees only theirs', async () => {
    const { job } = await host.acceptd.submit('add', { a: 1 }, { principal: 'ada' })
    await host.api.get(job.links.self).set(as('ada')).expect(200)
    await host.api.get(job.links.self).set(as('bob')).expect(404)
    await expect(host.acceptd.get(job.id, { principal: 'bob' })).rejects.toMatchObject({
      code: 'job-not-found',
    })
    expect(await host.acceptd.get(job.id, { principal: 'ada' })).toMatchObject({ id: job.id })
    await expect(host.acceptd.submit('add', { a: 1 })).rejects.toThrow(/principal must say whose job it is/)
    await expect(host.acceptd.submit('add', { a: 1 }, { principal: '' })).rejects.toThrow(
      /1 to 255 characters/,
    )
  })
})

describe('where it does not', () => {
  const keys = 'ada:ada-key-0123456789'
  const host = useHost({ options: { settings: { ACCEPTD_API_KEYS: keys, LOG_LEVEL: 'silent' } } })

  it('API keys tell, if there are any', async () => {
    const ada = { Authorization: 'Bearer ada-key-0123456789' }
    await host.api.get('/async/jobs').expect(401)
    const { job } = await host.acceptd.submit('add', { a: 1 }, { principal: 'ada' })
    await host.api.get(job.links.self).set(ada).expect(200)
  })
})
