/** The client of the tests: supertest against a running server, every response held against the OpenAPI document. */
import request, { type Test } from 'supertest'
import type { JobDocument } from '../../src/http/representation.ts'
import type { Documented } from './documented.ts'

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const
type Method = (typeof METHODS)[number]

export interface Api extends Record<Method, (path: string) => Test> {
  /** Submits to a task and expects the 202. */
  submit(task: string, input: object, headers?: Record<string, string>): Promise<Accepted>
  job(path: string): Promise<JobDocument>
}

export interface Accepted {
  readonly location: string
  readonly job: JobDocument
  readonly headers: Record<string, string>
}

export function apiAt(url: string, documented: Documented): Api {
  const methods = Object.fromEntries(
    METHODS.map((method) => [
      method,
      (path: string) => {
        const client = request(url)
        return client[method](path).expect((response) => documented(method, path, response))
      },
    ]),
  ) as Record<Method, (path: string) => Test>
  return {
    ...methods,
    async submit(task, input, headers = {}) {
      const response = await methods.post(`/tasks/${task}`).set(headers).send(input).expect(202)
      const all = response.headers as Record<string, string>
      return { location: all['location'] ?? '', job: response.body as JobDocument, headers: all }
    },
    async job(path) {
      const { body } = await methods.get(path).expect(200)
      return body as JobDocument
    },
  }
}
