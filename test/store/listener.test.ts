import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../src/store/listener.ts'
import { testDatabase } from '../support/database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const QUICK = { beatMs: 50, answerMs: 2000 }

async function listenBehindProxy() {
  const { url, drop } = await testDatabase()
  onTestFinished(drop)
  const proxy = await tcpProxy(url)
  onTestFinished(() => proxy.close())
  const heard: string[] = []
  let ready = 0
  const listener = listen({
    url: proxy.url,
    onSignal: (_, payload) => heard.push(payload),
    onReady: () => ready++,
    onError: () => undefined,
    ...QUICK,
  })
  onTestFinished(() => listener.close())
  await until('it to listen', () => ready === 1)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return { proxy, heard, client, timesReady: () => ready }
}

describe('whoever listens', () => {
  it('notices a connection that nobody closed and that leads nowhere, and listens anew', async () => {
    const { proxy, heard, client, timesReady } = await listenBehindProxy()
    proxy.blackhole()
    await until('the connection to be given up', () => proxy.connections() === 0)
    proxy.mend()
    await until('it to listen again', () => timesReady() === 2)
    await client.query("notify acceptd_work, 'here'")
    await until('the signal', () => heard.includes('here'))
  })

  it('leaves a server that takes no writes any more: signals are sent elsewhere by now', async () => {
    const { client, timesReady } = await listenBehindProxy()
    const name = (await client.query<{ name: string }>('select current_database() as name')).rows[0]?.name
    await client.query(`alter database ${name} set default_transaction_read_only = on`)
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'acceptd listener' and datname = current_database()",
    )
    // It listens, is asked, and leaves, over and over.
    await until('it to have come and gone', () => timesReady() >= 3)
    await client.query(`set default_transaction_read_only = off`)
    await client.query(`alter database ${name} set default_transaction_read_only = off`)
  })

  it('stays where all is well', async () => {
    const { proxy, client, heard, timesReady } = await listenBehindProxy()
    const beats = async () => {
      const { rows } = await client.query<{ at: string }>(
        `select query_start::text as at from pg_stat_activity
         where application_name = 'acceptd listener' and datname = current_database() and query like 'show %'`,
      )
      return rows[0]?.at
    }
    await until('a beat', async () => (await beats()) !== undefined)
    const first = await beats()
    await until('another', async () => (await beats()) !== first)
    await client.query("notify acceptd_work, 'there'")
    await until('the signal', () => heard.includes('there'))
    expect([timesReady(), proxy.connections()]).toEqual([1, 1])
  })
})
