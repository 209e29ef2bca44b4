/** A database of one's own for a test file: a copy of the migrated template. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { openDatabase } from '../../src/store/database.ts'

export interface TestDatabase {
  readonly url: string
  /** Afterwards; the audit must find nothing: every test is a test of that, too. */
  drop(): Promise<void>
}

export async function testDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await command(`create database ${name} template ${inject('template')}`)
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
  const drop = async () => {
    try {
      await expectAgreement(url)
    } finally {
      await command(`drop database ${name} with (force)`)
    }
  }
  return { url, drop }
}

async function expectAgreement(url: string): Promise<void> {
  const { db, close } = openDatabase({ url, name: 'audit', maxConnections: 1, onError: () => undefined })
  try {
    expect(await audit(db)).toEqual([])
  } finally {
    await close()
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
