/** A database of one's own for a test file: a copy of the migrated template. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

export async function testDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await command(`create database ${name} template ${inject('template')}`)
  return {
    url: Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href,
    drop: () => command(`drop database ${name} with (force)`),
  }
}

async function command(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
