import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { oneAtATime } from '../../src/store/start-lock.ts'
import { useHouse } from '../support/house.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

const poolAt = (url: string) => {
  const { pool, close } = openDatabase({
    url,
    name: 'start',
    maxConnections: 1,
    onError: () => undefined,
  })
  onTestFinished(close)
  return pool
}

it('starts go one at a time, and a start that is cut off gives way', async () => {
  const proxy = await tcpProxy(house.databaseUrl)
  const begun = Promise.withResolvers<void>()
  const never = Promise.withResolvers<void>()
  const said: string[] = []
  const first = oneAtATime(poolAt(proxy.url), async () => {
    begun.resolve()
    await never.promise
  })
  await begun.promise
  const second = oneAtATime(poolAt(house.databaseUrl), () => Promise.resolve(void said.push('second')))
  // Longer than it takes to be let in, were nobody there.
  await sleep(300)
  expect(said).toEqual([])
  proxy.blackhole()
  await second
  expect(said).toEqual(['second'])
  never.resolve()
  await proxy.close()
  await first
})
