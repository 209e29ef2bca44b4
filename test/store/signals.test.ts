import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { heard, signals } from '../../src/store/signals.ts'
import { testDatabase } from '../support/database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

it('takes no more than a connection for each channel, however slow the line is, and every name arrives', async () => {
  const { url } = await testDatabase()
  const proxy = await tcpProxy(url)
  onTestFinished(() => proxy.close())
  const names = new Set<string>()
  const listener = new pg.Client(url)
  await listener.connect()
  onTestFinished(() => listener.end())
  listener.on('notification', ({ payload = '' }) =>
    heard(payload, 'another').forEach((name) => names.add(name)),
  )
  await listener.query('listen acceptd_change; listen acceptd_work')

  const onError = (error: unknown): never => {
    throw error
  }
  const { db, pool, close } = openDatabase({ url: proxy.url, name: 'work', maxConnections: 10, onError })
  onTestFinished(close)
  proxy.delay(200)
  const { changed, work, flush } = signals(db, { onError, origin: 'us' })
  const said = Array.from({ length: 50 }, () => randomUUID())
  for (const id of said) {
    changed(id)
    work(`queue-of-${id}`)
    await sleep(20)
  }
  await flush()
  await until('all names to arrive', () => names.size === 100)
  expect(names).toEqual(new Set(said.flatMap((id) => [id, `queue-of-${id}`])))
  expect(pool.totalCount).toBe(2)
})
