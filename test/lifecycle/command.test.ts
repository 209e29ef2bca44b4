import fs from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { SETTINGS } from '../../src/settings.ts'
import { testDatabase } from '../support/database.ts'
import { command, temporaryFolder } from '../support/processes.ts'

const emptyDatabase = async () => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  const name = `t_${randomBytes(6).toString('hex')}`
  await client.query(`create database ${name}`)
  const url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
  return { url, drop: () => client.query(`drop database ${name} with (force)`).then(() => client.end()) }
}

describe('the acceptd command', () => {
  it('explains itself and every setting', async () => {
    const { code, output } = await command(['--help'])
    expect(code).toBe(0)
    for (const word of [
      'serve',
      'migrate',
      'audit',
      'webhook-secret',
      'retry',
      'delete',
      'check',
      'openapi',
      'acceptd serve --help',
    ])
      expect(output).toContain(word)
    const serve = await command(['serve', '--help'])
    for (const { name } of SETTINGS) expect(serve.output).toContain(name)
  })

  it('refuses words it does not know, with a suggestion', async () => {
    const { code, output } = await command(['migrat', 'up'])
    expect(code).not.toBe(0)
    expect(output).toContain('migrate')
  })

  it('applies migrations once, and tells how the database stands', async () => {
    const { url, drop } = await emptyDatabase()
    const env = { DATABASE_URL: url }
    expect(await command(['migrate', 'status'], env)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^missing {2}0001_jobs/) as string,
    })
    // Three at once: one applies, the others wait and find nothing to do.
    const outputs = await Promise.all([1, 2, 3].map(() => command(['migrate', 'up'], env)))
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(outputs.filter(({ output }) => output.includes('applied  0001_jobs'))).toHaveLength(1)
    expect(await command(['migrate', 'status'], env)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^applied \d{4}/) as string,
    })
    await drop()
  })

  it('audits, and exits 1 where jobs and queue disagree', async () => {
    const database = await testDatabase()
    const env = { DATABASE_URL: database.url }
    expect(await command(['audit'], env)).toEqual({ code: 0, output: 'Jobs and queue agree.\n' })
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(
      `insert into acceptd.jobs (id, principal, task, input, max_attempts, fingerprint)
       values ('01a1f000-0000-7000-8000-000000000000', 'anonymous', 'ok', '{}', 1, '')`,
    )
    const found = await command(['audit'], env)
    expect(found).toMatchObject({ code: 1 })
    expect(found.output).toContain('01a1f000-0000-7000-8000-000000000000  job: pending  queue: none')
    await client.query('delete from acceptd.jobs')
    await client.end()
    await database.drop()
  })

  it('makes no database where it was only asked to read one', async () => {
    const dataDir = path.join(await temporaryFolder(), 'data')
    const readers = [['webhook-secret'], ['audit'], ['audit', '--repair'], ['migrate', 'status']]
    for (const words of readers) {
      const { code, output } = await command(words, { ACCEPTD_DATA_DIR: dataDir })
      expect({ code, output }).toEqual({
        code: 1,
        output: `There is no database in ${dataDir}. Run this in the folder that acceptd was started in, or set ACCEPTD_DATA_DIR or DATABASE_URL.\n`,
      })
    }
    await expect(fs.stat(dataDir)).rejects.toThrow('ENOENT')
  })

  it('prints the OpenAPI document that is committed', async () => {
    const { code, output } = await command(['openapi'])
    expect(code).toBe(0)
    expect(output).toBe(await fs.readFile(path.join(import.meta.dirname, '../../openapi.yaml'), 'utf8'))
    expect((await command(['openapi', '--check'])).code).toBe(0)
  })
})
