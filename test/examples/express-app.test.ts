/** The Express app of examples/, started as its first lines say: an order and its receipt are there together, or neither. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/acceptd.ts'
import { built } from '../support/built.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const APP = path.join(import.meta.dirname, '../../examples/express-app/app.ts')

let database: TestDatabase
let app: ReturnType<typeof spawn>
let exited: Promise<number | null>
let output = ''
const url = () => /open at (http:\S+)/.exec(output)?.[1] ?? ''

beforeAll(async () => {
  await built()
  database = await testDatabase()
  app = spawn(process.execPath, [APP], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [app.stdout, app.stderr])
    stream?.on('data', (bytes: Buffer) => (output += bytes.toString()))
  exited = new Promise((resolve) => {
    app.on('close', resolve)
  })
  await until('the shop to be open', () => {
    if (app.exitCode !== null) throw new Error(output)
    return url() !== ''
  })
})

afterAll(async () => {
  app.kill('SIGKILL')
  await exited
  await database.drop()
})

describe('the shop', () => {
  it('takes an order, and says where its receipt stands', async () => {
    const response = await post({ item: 'tea', email: 'ada@example.org' })
    expect(response.status).toBe(201)
    const order = (await response.json()) as { receipt: string }
    const kept = await fetch(url() + (response.headers.get('Location') ?? ''))
    expect(await kept.json()).toEqual(order)
    const job = await fetch(url() + order.receipt, { headers: { Prefer: 'wait=30' } })
    const { status, result } = (await job.json()) as JobDocument
    expect({ status, result }).toEqual({ status: 'completed', result: { sentTo: 'ada@example.org' } })
  })

  it('sends no receipt of an order that could not be stored, and stores none without', async () => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      await client.query(`alter table orders add check (item <> 'nothing')`)
      const count = async () => {
        const { rows } = await client.query(
          `select (select count(*)::int from orders) as orders, (select count(*)::int from acceptd.jobs) as jobs`,
        )
        return rows[0] as unknown
      }
      const before = await count()
      // The first is refused by the table, after the job was submitted; the second by the task's schema.
      expect((await post({ item: 'nothing', email: 'ada@example.org' })).status).toBe(500)
      const refused = await post({ item: 'tea', email: 'nobody' })
      expect(refused.status).toBe(422)
      expect(await refused.json()).toMatchObject({ errors: [{ pointer: '#/input/email' }] })
      expect(await count()).toEqual(before)
    } finally {
      await client.end()
    }
  })

  it('has the API and its documentation below /async', async () => {
    const docs = await fetch(`${url()}/async/docs/`)
    expect(docs.status).toBe(200)
    const tasks = (await (await fetch(`${url()}/async/tasks`)).json()) as { items: { name: string }[] }
    expect(tasks.items.map(({ name }) => name)).toContain('send-receipt')
  })

  it('ends by itself when it is told to', async () => {
    app.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})

function post(order: object): Promise<Response> {
  return fetch(`${url()}/orders`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(order),
  })
}
