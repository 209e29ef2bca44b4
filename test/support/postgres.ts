/** Before all tests: a Postgres (the embedded one, or that in DATABASE_URL) and a template every test database copies. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { prepareDatabase } from '../../src/prepare.ts'
import { openDatabase } from '../../src/store/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresUrl: string
    readonly template: string
  }
}

const fail = (error: Error): never => {
  throw error
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL']
  const folder = given ? undefined : await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-test-'))
  const embedded = folder === undefined ? undefined : await joinEmbeddedPostgres(folder)
  const postgresUrl = given ?? embedded?.url ?? ''
  const template = `acceptd_template_${process.pid}`

  await command(postgresUrl, `create database ${template}`)
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${template}` }).href
  const database = openDatabase({ url, name: 'template', maxConnections: 3, onError: fail })
  await prepareDatabase(database, new Map(), fail)
  await database.close()

  project.provide('postgresUrl', postgresUrl)
  project.provide('template', template)
  return async () => {
    await command(postgresUrl, `drop database ${template} with (force)`)
    await embedded?.leave()
    if (embedded) await fs.rm(embedded.dataDir, { recursive: true, force: true })
  }
}

async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
