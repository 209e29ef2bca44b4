import { expect, it, onTestFinished } from 'vitest'
import { isOutage, Silence } from '../../src/store/outage.ts'
import { openPool } from '../../src/store/pool.ts'
import { testDatabase } from '../support/database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const QUICK = { connectMs: 5000, lockMs: 5000, holdMs: 300 }

async function poolBehindProxy(patience = QUICK) {
  const { url, drop } = await testDatabase()
  onTestFinished(drop)
  const proxy = await tcpProxy(url)
  onTestFinished(() => proxy.close())
  const pool = openPool({
    url: proxy.url,
    name: 'test',
    maxConnections: 5,
    patience,
    onError: () => undefined,
  })
  onTestFinished(() => pool.end())
  return { proxy, pool }
}

it('closes a connection on which nothing comes back, and with it all that are idle', async () => {
  const { proxy, pool } = await poolBehindProxy()
  await Promise.all(Array.from({ length: 5 }, () => pool.query('select pg_sleep(0.05)')))
  expect(pool.idleCount).toBe(5)
  proxy.blackhole()
  const error = await pool.query('select 1').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Silence)
  expect(isOutage(error)).toBe(true)
  await until('every connection to be gone', () => pool.totalCount === 0 && proxy.connections() === 0)
  proxy.mend()
  expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
})

it('lets Postgres end what it has given up itself', async () => {
  const { pool } = await poolBehindProxy()
  const other = openPool({
    url: pool.options.connectionString ?? '',
    name: 'other',
    maxConnections: 1,
    patience: { ...QUICK, holdMs: 60_000 },
    onError: () => undefined,
  })
  onTestFinished(() => other.end())
  await expect(pool.query('select pg_sleep(60)')).rejects.toThrow(Silence)
  await until('the statement to end', async () => {
    const { rows } = await other.query("select from pg_stat_activity where query = 'select pg_sleep(60)'")
    return rows.length === 0
  })
})

it('gives up a transaction for which all its statements together take too long', async () => {
  const { pool } = await poolBehindProxy()
  const client = await pool.connect()
  await client.query('begin')
  const statements = async () => {
    for (;;) await client.query('select pg_sleep(0.01)')
  }
  await expect(statements()).rejects.toThrow(Silence)
  client.release()
  await until('it to be closed', () => pool.totalCount === 0)
})

it('closes a connection whose server takes no writes, so that the next leads to one that does', async () => {
  const { pool } = await poolBehindProxy({ ...QUICK, holdMs: 60_000 })
  const client = await pool.connect()
  await client.query('set default_transaction_read_only = on')
  await expect(client.query('create table t ()')).rejects.toMatchObject({ code: '25006' })
  client.release()
  await until('it to be closed', () => pool.totalCount === 0)
  await pool.query('create table t ()')
})
