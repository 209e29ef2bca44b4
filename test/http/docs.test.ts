import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { openApiYaml } from '../../src/http/openapi/document.ts'
import { urlsBelow } from '../../src/http/urls.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

type Operation = {
  requestBody?: { content: Record<string, { example?: object }> }
  responses: Record<string, { links?: object }>
}
type Document = { paths: Record<string, Record<string, Operation>> }

describe('the OpenAPI document', () => {
  it('is of the tasks that are loaded, each with a path, a schema and an example that is accepted', async () => {
    const response = await house.api.get('/openapi.yaml').expect(200)
    expect(response.headers['content-type']).toContain('application/yaml')
    const { paths } = parse(response.text) as Document
    for (const name of house.catalogue.keys()) {
      const operation = paths[`/tasks/${name}`]?.['post']
      const example = operation?.requestBody?.content['application/json']?.example
      expect(example, name).toBeDefined()
      expect(operation?.responses['202']?.links, name).toHaveProperty('job')
      await house.api
        .post(`/tasks/${name}`)
        .set('Idempotency-Key', `example-of-${name}`)
        .send(example ?? {})
        .expect(202)
      await house.api
        .post('/jobs')
        .set('Idempotency-Key', `${name}-by-the-other-door`)
        .send({ task: name, input: example })
        .expect(202)
    }
  })

  it('names the Idempotency-Key on every way to submit', async () => {
    const { text } = await house.api.get('/openapi.yaml')
    const { paths } = parse(text) as {
      paths: Record<string, { post?: { parameters?: { name: string }[]; requestBody?: object } }>
    }
    const submits = Object.values(paths).flatMap(({ post }) => (post?.requestBody ? [post] : []))
    expect(submits).toHaveLength(house.catalogue.size + 1)
    for (const { parameters } of submits)
      expect(parameters?.map(({ name }) => name)).toContain('Idempotency-Key')
  })

  it('has the public address as its server where one is configured', () => {
    expect(parse(openApiYaml(house.catalogue, 'https://jobs.example.com/v1/'))).toMatchObject({
      servers: [{ url: 'https://jobs.example.com/v1' }],
    })
    expect(urlsBelow('https://jobs.example.com/v1/').job('x')).toBe('https://jobs.example.com/v1/jobs/x')
    expect(urlsBelow(undefined).job('x')).toBe('/jobs/x')
  })

  it('can be asked for whatever the catalogue holds, also nothing', () => {
    const { paths } = parse(openApiYaml(new Map())) as Document
    expect(Object.keys(paths)).toContain('/jobs/{id}')
  })
})

describe('the docs', () => {
  it('are a page whose policy also lets it work over plain http', async () => {
    const response = await house.api.get('/docs/').expect(200)
    expect(response.headers['content-type']).toContain('text/html')
    expect(response.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(response.headers).not.toHaveProperty('strict-transport-security')
  })

  it('are where the root leads', async () => {
    const response = await house.api.get('/').expect(302)
    expect(response.headers['location']).toBe('docs/')
  })
})
