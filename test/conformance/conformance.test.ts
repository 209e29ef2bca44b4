/** The contract, row by row: the suite against acceptd as an operator runs it, API and worker in processes of their own. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type Database } from '../../src/store/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { freePorts } from '../support/free-ports.ts'
import { hasten } from '../support/hasten.ts'
import { serve, temporaryFolder, type Serving } from '../support/processes.ts'
import { REBINDING_NAMES } from '../support/rebinding-names.ts'
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import type { Profile } from '../../src/conformance/profile.ts'
import { API_KEYS, CALLING, fixturesProfile } from './profiles/fixtures.ts'
import { ROWS, runSuite, type Verdict } from '../../src/conformance/suite.ts'

/**
 * How many rows each area has. Not among them: SUB-14 and SUB-15, which are about uploads, of which there are none yet; SEC-01
 * and SEC-02.
 */
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
  WHK: 10,
  SEC: 4,
} as const

const FIRST: Readonly<Record<string, number>> = { SEC: 3 }

const EXPECTED = Object.entries(AREAS).flatMap(([area, count]) =>
  Array.from(
    { length: count },
    (_, index) => `${area}-${String(index + (FIRST[area] ?? 1)).padStart(2, '0')}`,
  ),
)

const PRELOAD = pathToFileURL(path.join(import.meta.dirname, '../support/rebinding-names.ts')).href

let database: TestDatabase
let strictDatabase: TestDatabase
let opened: Database
let proxy: TcpProxy

beforeAll(async () => {
  ;[database, strictDatabase] = await Promise.all([testDatabase(), testDatabase()])
  opened = openDatabase({ url: database.url, name: 'test', maxConnections: 1, onError: () => undefined })
  proxy = await tcpProxy(database.url)
})

afterAll(async () => {
  await proxy.close()
  await opened.close()
  await Promise.all([database.drop(), strictDatabase.drop()])
})

it('has a check for every row of the contract', () => {
  expect(ROWS.map(({ id }) => id)).toEqual(EXPECTED)
})

it('is kept by acceptd in every row', async () => {
  const servers = await startServers()
  try {
    const { operator, strict } = servers
    const profile = fixturesProfile({ folder: await temporaryFolder(), operator, strict })
    const verdicts = await runSuite(servers.url, profile)
    expect(linesOf(verdicts, 'fail'), 'rows that do not hold').toBe('')
    expect(linesOf(verdicts, 'skipped'), 'rows that were not checked').toBe('')
    expect(verdicts.map(({ id }) => id)).toEqual(EXPECTED)
    // Or SEC-05 has asked for names that nobody knew.
    expect(await endsOf('rebinding.example'), 'calls of names that turn').toEqual(['blocked-address'])
  } finally {
    await servers.stop()
  }
})

/** With what code those calls of the strict server failed. */
async function endsOf(name: string): Promise<string[]> {
  const { url } = strictDatabase
  const { pool, close } = openDatabase({ url, name: 'test', maxConnections: 1, onError: () => undefined })
  try {
    const { rows } = await pool.query<{ code: string }>(
      `select distinct failure ->> 'code' as code from acceptd.jobs where target like $1`,
      [`%${name}%`],
    )
    return rows.map(({ code }) => code)
  } finally {
    await close()
  }
}

function linesOf(verdicts: readonly Verdict[], outcome: Verdict['outcome']): string {
  return verdicts
    .filter((verdict) => verdict.outcome === outcome)
    .map(({ id, level, title, reason }) => `${id} (${level}) ${title}: ${reason}`)
    .join('\n')
}

interface Servers {
  readonly url: string
  readonly operator: Omit<Profile['operator'], 'counter'>
  readonly strict: Profile['strict']
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
      ...CALLING,
      ...settings,
    })
  const api = await start('api')
  let worker = await start('worker')
  let second: Serving | undefined
  const ports = await freePorts(4)
  const strict = await startStrict(ports)

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
    hasten: (id: string) => hasten(opened.pool, id),
  }
  const stop = async () => {
    proxy.mend()
    await Promise.all([api, worker, strict, ...(second ? [second] : [])].map(stopped))
  }
  return {
    url: api.url,
    operator,
    strict: { url: strict.url, ports: [...ports], names: REBINDING_NAMES },
    stop,
  }
}

/** As it is set unless an operator says otherwise, on a database of its own: another worker would call for it. */
function startStrict(ports: readonly number[]): Promise<Serving> {
  return serve({
    DATABASE_URL: strictDatabase.url,
    ACCEPTD_API_KEYS: API_KEYS,
    ACCEPTD_CALL_PORTS: ports.join(','),
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: `--import ${PRELOAD}`,
  })
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(new URL('/readyz', url))).ok
}

async function stopped(server: Serving): Promise<void> {
  server.process.kill('SIGTERM')
  await server.exited
}
