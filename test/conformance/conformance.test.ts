/** The contract, row by row: the suite against acceptd as an operator runs it, API and worker in processes of their own. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { serve, temporaryFolder, type Serving } from '../support/processes.ts'
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import type { Profile } from './profile.ts'
import { API_KEYS, fixturesProfile } from './profiles/fixtures.ts'
import { ROWS, runSuite, type Verdict } from './suite.ts'

/** How many rows each area has. Not among them: SUB-14 and SUB-15, which are about uploads, of which there are none yet. */
const AREAS = {
  SUB: 13,
  VAL: 10,
  IDM: 17,
  POL: 15,
  CON: 12,
  RES: 5,
  ERR: 8,
  CAN: 10,
  PRF: 9,
  LST: 5,
  SSE: 6,
  HLT: 5,
  DOC: 4,
} as const

const EXPECTED = Object.entries(AREAS).flatMap(([area, count]) =>
  Array.from({ length: count }, (_, index) => `${area}-${String(index + 1).padStart(2, '0')}`),
)

let database: TestDatabase
let proxy: TcpProxy

beforeAll(async () => {
  database = await testDatabase()
  proxy = await tcpProxy(database.url)
})

afterAll(async () => {
  await proxy.close()
  await database.drop()
})

it('has a check for every row of the contract', () => {
  expect(ROWS.map(({ id }) => id)).toEqual(EXPECTED)
})

it('is kept by acceptd in every row', async () => {
  const servers = await startServers()
  try {
    const profile = fixturesProfile({ folder: await temporaryFolder(), operator: servers.operator })
    const verdicts = await runSuite(servers.url, profile)
    expect(linesOf(verdicts, 'fail'), 'rows that do not hold').toBe('')
    expect(linesOf(verdicts, 'skipped'), 'rows that were not checked').toBe('')
    expect(verdicts.map(({ id }) => id)).toEqual(EXPECTED)
  } finally {
    await servers.stop()
  }
})

function linesOf(verdicts: readonly Verdict[], outcome: Verdict['outcome']): string {
  return verdicts
    .filter((verdict) => verdict.outcome === outcome)
    .map(({ id, level, title, reason }) => `${id} (${level}) ${title}: ${reason}`)
    .join('\n')
}

interface Servers {
  readonly url: string
  readonly operator: Omit<Profile['operator'], 'counter'>
  stop(): Promise<void>
}

/** Everything through a proxy that can take the database away. */
async function startServers(): Promise<Servers> {
  const start = (role: 'api' | 'worker', settings: Record<string, string> = {}) =>
    serve({
      DATABASE_URL: proxy.url,
      ACCEPTD_ROLE: role,
      ACCEPTD_API_KEYS: API_KEYS,
      ACCEPTD_CONCURRENCY: '100',
      LOG_LEVEL: 'warn',
      ...settings,
    })
  const api = await start('api')
  let worker = await start('worker')
  let second: Serving | undefined

  const operator = {
    databaseDown: () => proxy.cut(),
    async databaseUp() {
      proxy.mend()
      await until('the API to have its database back', () => isReady(api.url))
    },
    async startSecond() {
      // It goes on answering for a moment, as before a load balancer that has to notice.
      second = await start('api', { ACCEPTD_DRAIN_SECONDS: '2' })
      return second.url
    },
    drainSecond: () => second && stopped(second),
    stopWorkers: () => stopped(worker),
    async startWorkers() {
      worker = await start('worker')
    },
  }
  const stop = async () => {
    proxy.mend()
    await Promise.all([api, worker, ...(second ? [second] : [])].map(stopped))
  }
  return { url: api.url, operator, stop }
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(new URL('/readyz', url))).ok
}

async function stopped(server: Serving): Promise<void> {
  server.process.kill('SIGTERM')
  await server.exited
}
