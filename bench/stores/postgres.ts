/** The Postgres that comes with acceptd, with its own settings, for acceptd and for every peer that wants one. */
import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'

export interface Postgres {
  readonly url: string
  readonly pid: number
  readonly pool: pg.Pool
  /** A single number. */
  readonly count: (sql: string) => Promise<number>
  /** Size of all tables, with their indexes. */
  readonly bytes: () => Promise<number>
  readonly close: () => Promise<void>
}

/** @param keep whether the data stay when it is closed */
export async function openPostgres(folder: string, { keep = false } = {}): Promise<Postgres> {
  const { url, dataDir, leave } = await joinEmbeddedPostgres(folder)
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'bench' })
  pool.on('error', () => undefined) // the query that needs the connection will say so
  const count = async (sql: string) => {
    const { rows } = await pool.query<unknown[]>({ text: sql, rowMode: 'array' })
    return Number(rows[0]?.[0])
  }
  return {
    url,
    pid: Number.parseInt(await fs.readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10),
    pool,
    count,
    bytes: () =>
      count(`
        select sum(pg_total_relation_size(oid)) from pg_class
        where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`),
    async close() {
      await pool.end()
      await leave()
      // Elsewhere than asked for, where root must not run Postgres.
      if (!keep) await fs.rm(dataDir, { recursive: true, force: true })
    },
  }
}
