/** The whole program in this process, on a database of its own, for the tests of one file. */
import path from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { configFrom, type Config } from '../../src/config.ts'
import type { JobDocument } from '../../src/http/representation.ts'
import type { Catalogue } from '../../src/job/catalogue.ts'
import type { Status } from '../../src/job/status.ts'
import { loadTasks, SHIPPED_TASKS } from '../../src/load-tasks.ts'
import { startAcceptd, type Program } from '../../src/main.ts'
import { openDatabase, type Database } from '../../src/store/database.ts'
import { apiAt, type Api } from './api.ts'
import { testDatabase } from './database.ts'
import { documentedBy } from './documented.ts'
import { until } from './until.ts'

export const FIXTURE_TASKS = path.join(import.meta.dirname, '../fixtures/tasks')

export interface House {
  readonly api: Api
  readonly url: string
  readonly databaseUrl: string
  readonly database: Database
  readonly catalogue: Catalogue
  /** Waits until the job has the status, and answers the document. Fails at once if it can no longer get there. */
  reaches(location: string, status: Status): Promise<JobDocument>
  /** How many jobs somebody waits for or watches in this process. */
  watched(): number
  /** Starts another process's worth of acceptd on the same database. */
  extend(settings: Record<string, string>): Promise<Program>
}

/**
 * Call at the top of a describe or a file.
 */
export function useHouse(settings: Record<string, string> = {}): House {
  const held: { house?: House; close?: () => Promise<void> } = {}
  beforeAll(async () => {
    const { house, close } = await build(settings)
    Object.assign(held, { house, close })
  })
  afterAll(async () => held.close?.())
  // Test files are read before anything is started, so the house is looked up at each use.
  return new Proxy({} as House, { get: (_, name) => Reflect.get(held.house ?? {}, name) as unknown })
}

async function build(
  settings: Record<string, string>,
): Promise<{ house: House; close: () => Promise<void> }> {
  const { url: databaseUrl, drop } = await testDatabase()
  const tasks = await loadTasks([SHIPPED_TASKS, FIXTURE_TASKS])
  const started: Program[] = []
  const extend = async (more: Record<string, string>) => {
    const config: Config = configFrom({
      PORT: '0',
      DATABASE_URL: databaseUrl,
      ACCEPTD_GRACE_SECONDS: '1',
      // Longer than a machine takes that is busy with other tests.
      ACCEPTD_ANSWER_MS: '60000',
      ...more,
    })
    const acceptd = await startAcceptd(config, tasks, pino({ level: more['LOG_LEVEL'] ?? 'silent' }))
    started.push(acceptd)
    return acceptd
  }
  const first = await extend(settings)
  const { catalogue } = first
  const url = `http://127.0.0.1:${first.port}`
  const api = apiAt(url, documentedBy(catalogue))
  const database = openDatabase({
    url: databaseUrl,
    name: 'test',
    maxConnections: 4,
    onError: () => undefined,
  })

  const reaches = async (location: string, status: Status) => {
    let last: JobDocument | undefined
    await until(`${location} to be ${status}`, async () => {
      last = await api.job(location)
      if (last.status !== status && last.done)
        throw new Error(`${location} ended ${last.status}, not ${status}`)
      return last.status === status
    })
    return last as JobDocument
  }
  const watched = () => first.watched?.() ?? 0
  const close = async () => {
    await Promise.all(started.map((acceptd) => acceptd.close()))
    await database.close()
    await drop()
  }
  return { house: { api, url, databaseUrl, database, catalogue, reaches, extend, watched }, close }
}
