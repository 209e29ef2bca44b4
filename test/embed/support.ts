/** acceptd in an Express app, on a database of its own, for the tests of one file. */
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { afterAll, beforeAll } from 'vitest'
import {
  createAcceptd,
  defineTask,
  TaskError,
  z,
  type Acceptd,
  type AcceptdOptions,
} from '../../src/acceptd.ts'
import { withDocumentedCallTasks } from '../../src/call-tasks.ts'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import type { JobDocument } from '../../src/http/representation.ts'
import { known } from '../../src/job/catalogue.ts'
import type { Status } from '../../src/job/status.ts'
import { apiAt, type Api } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { documentedIn } from '../support/documented.ts'
import { until } from '../support/until.ts'

const add = defineTask({
  summary: 'Add two numbers',
  input: z.object({ a: z.number(), b: z.number().optional() }),
  output: z.object({ sum: z.number() }),
  run: ({ a, b = 0 }) => ({ sum: a + b }),
})

const fail = defineTask({
  summary: 'Fail',
  input: z.object({}),
  output: z.null(),
  retry: { limit: 0 },
  run() {
    throw new TaskError('It always does', { code: 'always', retryable: false })
  },
})

const wait = defineTask({
  summary: 'Wait until somebody says stop',
  input: z.object({}),
  output: z.null(),
  run: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')))
    }),
})

export const tasks = { add, fail, wait }

export interface Host {
  readonly acceptd: Acceptd<typeof tasks>
  readonly databaseUrl: string
  /** Of the app, without the prefix. */
  readonly url: string
  /** For paths with the prefix; every response below it is held against the OpenAPI document. */
  readonly api: Api
  reaches(location: string, status: Status): Promise<JobDocument>
}

export interface HostOptions {
  /** Where `mount` puts the router; '/async' unless given. */
  readonly prefix?: string
  readonly mount?: (app: Express, acceptd: Acceptd<typeof tasks>) => void
  readonly options?: Omit<AcceptdOptions, 'tasks' | 'taskFolders' | 'shippedTasks'>
}

/** Call at the top of a file. */
export function useHost(wanted: HostOptions = {}): Host {
  const held: { host?: Host; close?: () => Promise<void> } = {}
  beforeAll(async () => {
    Object.assign(held, await build(wanted))
  })
  afterAll(async () => held.close?.())
  // Test files are read before anything is started, so the host is looked up at each use.
  return new Proxy({} as Host, { get: (_, name) => Reflect.get(held.host ?? {}, name) as unknown })
}

async function build({ prefix = '/async', mount, options }: HostOptions) {
  const { url: databaseUrl, drop } = await testDatabase()
  const settings = { ACCEPTD_ANSWER_MS: '60000', ACCEPTD_GRACE_SECONDS: '1', LOG_LEVEL: 'silent' }
  const acceptd = await createAcceptd({ tasks, databaseUrl, settings, ...options })
  const app = express()
  if (mount) mount(app, acceptd)
  else app.use(prefix, acceptd.router)
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const documented = documentedIn(openApiDocument(catalogue()))
  const api = apiAt(url, (method, path, response) => {
    const { pathname } = new URL(path, url)
    if (pathname.startsWith(prefix)) documented(method, pathname.slice(prefix.length) || '/', response)
  })
  const reaches = async (location: string, status: Status) => {
    let last: JobDocument | undefined
    await until(`${location} to be ${status}`, async () => {
      last = await api.job(location)
      return last.status === status
    })
    return last as JobDocument
  }
  const close = async () => {
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    await acceptd.close()
    server.closeAllConnections()
    await closed
    await drop()
  }
  return { host: { acceptd, databaseUrl, url, api, reaches }, close }
}

function catalogue() {
  return withDocumentedCallTasks(
    new Map(Object.entries(tasks).map(([name, task]) => [name, known(name, task)])),
  )
}
