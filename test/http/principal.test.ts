import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const ADA = { Authorization: 'Bearer ada-key-0123456789' }
const BOB = { Authorization: 'Bearer bob-key-0123456789' }
const house = useHouse({ ACCEPTD_API_KEYS: 'ada:ada-key-0123456789, bob:bob-key-0123456789' })

describe('where keys are configured', () => {
  it('nobody gets further without one, whatever they ask for', async () => {
    for (const path of ['/jobs', '/jobs/nonsense', '/jobs/nonsense/events', '/tasks', '/tasks/nonsense']) {
      for (const given of ['', 'Bearer', 'Bearer wrong-key-0123456789', 'Basic YTpi', 'Bearer ada']) {
        const { headers, body } = await house.api.get(path).set('Authorization', given).expect(401)
        expect(headers['www-authenticate']).toMatch(/^Bearer/)
        expect(body).toMatchObject({ code: 'unauthorized', retryable: false })
      }
    }
    await house.api.post('/tasks/ok').send('{').expect(401)
    await house.api.put('/jobs').expect(405)
  })

  it('what anyone may see stays open', async () => {
    for (const path of ['/livez', '/readyz', '/health']) await house.api.get(path).expect(200)
    await house.api.get('/problems/unauthorized').expect(200)
    await house.api.get('/openapi.yaml').expect(200)
  })

  it('a job is its owner’s alone, and so is a key', async () => {
    const key = { 'Idempotency-Key': 'same' }
    const { location } = await house.api.submit('ok', {}, { ...ADA, ...key })
    const his = await house.api.submit('ok', {}, { ...BOB, ...key })
    expect(his.location).not.toBe(location)
    expect(his.headers).not.toHaveProperty('idempotent-replayed')
    await house.api.get(location).set(ADA).expect(200)
    for (const path of ['', '/result', '/attempts', '/events']) {
      const { body } = await house.api.get(`${location}${path}`).set(BOB).set('Accept', '*/*').expect(404)
      expect(body).toMatchObject({ code: 'job-not-found' })
    }
    for (const verb of ['cancel', 'retry']) await house.api.post(`${location}/${verb}`).set(BOB).expect(404)
    await house.api.delete(location).set(BOB).expect(404)
    const list = async (who: Record<string, string>) =>
      ((await house.api.get('/jobs').set(who).expect(200)).body as { items: { id: string }[] }).items
    expect(await list(ADA)).toHaveLength(1)
    expect(await list(BOB)).toHaveLength(1)
  })
})
