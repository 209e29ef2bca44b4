/** No server: the two INSERTs of one submission, into acceptd's own tables, straight from Node. */
import path from 'node:path'
import type { Pool } from 'pg'
import type { Insert } from '../load/load.ts'
import { submitMany } from '../load/run-load.ts'
import { openPostgres } from '../stores/postgres.ts'
import { openAcceptd } from './acceptd.ts'
import type { Contestant } from './contestant.ts'

const TABLES = ['acceptd.jobs', 'acceptd_queue.job']

export const plainTransaction: Contestant = {
  name: 'plain-transaction',
  measures: ['plain-transaction'],
  async open(folder, started) {
    const data = path.join(folder, 'data')
    const { serve } = await openAcceptd(data, started)
    const api = await serve?.()
    if (api) await submitMany(api, 1)
    await api?.stop()
    const postgres = await openPostgres(data, { keep: true })
    try {
      const inserts = await Promise.all(TABLES.map((table) => insertLike(postgres.pool, table)))
      return { transaction: { databaseUrl: postgres.url, inserts } }
    } finally {
      await postgres.close()
    }
  },
}

/** What puts another row like the one that is there, whichever columns there are. */
async function insertLike(pool: Pool, table: string): Promise<Insert> {
  const { rows } = await pool.query<Record<string, unknown>>({
    text: `select * from ${table}`,
    types: { getTypeParser: () => (text: string) => text },
  })
  const row = Object.entries(rows[0] ?? {}).filter(([, value]) => value !== null)
  const columns = row.map(([name]) => name)
  const places = columns.map((_, nth) => `$${nth + 1}`)
  return {
    text: `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    values: row.map(([, value]) => String(value)),
    id: columns.indexOf('id'),
  }
}
