/** The ways in which a database is away for a while; each answers how it comes back. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { OwnPostgres } from '../../support/own-postgres.ts'
import type { TcpProxy } from '../../support/tcp-proxy.ts'

export interface Stage {
  readonly postgres: OwnPostgres
  readonly proxy: TcpProxy
}

type Back = () => Promise<void> | void

// Longer than anybody waits, so that those who came first are told before it is over.
const AWAY_MS = 2500

const away = () => sleep(AWAY_MS)

export const KINDS: Readonly<Record<string, (stage: Stage) => Promise<Back>>> = {
  'immediate stop': async ({ postgres }) => {
    await postgres.stop('immediate')
    await away()
    return () => postgres.start()
  },
  'fast restart': async ({ postgres }) => {
    await postgres.stop('fast')
    return () => postgres.start()
  },
  SIGSTOP: async ({ postgres }) => {
    postgres.freeze()
    await away()
    return () => postgres.thaw()
  },
  'black hole': async ({ proxy }) => {
    proxy.blackhole()
    await away()
    return () => proxy.mend()
  },
  'reset and refused': async ({ proxy }) => {
    proxy.reset()
    proxy.cut()
    await away()
    return () => proxy.mend()
  },
  'backends terminated': async ({ postgres }) => {
    await query(
      postgres.url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^acceptd'",
    )
    return () => undefined
  },
  'jobs locked': async ({ postgres }) => {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query('begin; lock table acceptd.jobs')
    await away()
    return async () => {
      await client.query('rollback')
      await client.end()
    }
  },
}

export async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'campaign' })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
