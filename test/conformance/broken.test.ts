/** The suite notices: a server that breaks one rule fails the rows that ask for it, and one that breaks none passes them. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { freePorts } from '../support/free-ports.ts'
import { hasten } from '../support/hasten.ts'
import { useHouse } from '../support/house.ts'
import { REBINDING_NAMES } from '../support/rebinding-names.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { proxyTo, type Mutation } from './broken.ts'
import { MUTATIONS } from './mutations/all.ts'
import { HEALTH_IN_NEED } from './mutations/service.ts'
import type { Profile } from '../../src/conformance/profile.ts'
import { API_KEYS, CALLING, fixturesProfile } from './profiles/fixtures.ts'
import { runSuite, type Verdict } from '../../src/conformance/suite.ts'

// They wait for jobs more than they work.
vi.setConfig({ maxConcurrency: 16 })

const SETTINGS = { ACCEPTD_API_KEYS: API_KEYS, ACCEPTD_CONCURRENCY: '100' }
// One for each row that listens where nobody should call, of as many as run at once.
const PORTS = await freePorts(16)
const house = useHouse({ ...SETTINGS, ...CALLING })
const holedHouse = useHouse({
  ...SETTINGS,
  ACCEPTD_CALL_PORTS: PORTS.join(','),
  ACCEPTD_CALL_EXCEPTIONS: 'fc00::/7',
})
const strictHouse = useHouse({ ...SETTINGS, ACCEPTD_CALL_PORTS: PORTS.join(',') })
let folder: string
let profile: Profile

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-broken-'))
  const operator = { hasten: (id: string) => hasten(house.database.pool, id) }
  const strict = { url: strictHouse.url, ports: [...PORTS], names: REBINDING_NAMES }
  const { fixtures, ...rest } = fixturesProfile({ folder, operator, strict })
  // Long enough to be seen running and to report some progress, and no longer.
  const slow = fixtures.slow && { ...fixtures.slow, body: { seconds: 6 } }
  profile = { ...rest, fixtures: { ...fixtures, slow } }
})

afterAll(() => fs.rm(folder, { recursive: true, force: true }))

interface Situation {
  readonly rows: readonly string[]
  readonly mutation?: Mutation
  readonly url?: string
  readonly operator?: Profile['operator']
  /** The server that should call the public internet only. */
  readonly strictUrl?: string
}

async function judged(situation: Situation): Promise<Verdict[]> {
  const { rows, mutation, url = house.url, operator = profile.operator } = situation
  const { strictUrl = strictHouse.url } = situation
  const [proxy, strictProxy] = await Promise.all([proxyTo(url, mutation), proxyTo(strictUrl, mutation)])
  const strict = profile.strict && { ...profile.strict, url: strictProxy.url }
  try {
    return await runSuite(proxy.url, { ...profile, operator, strict }, rows, mutation?.between)
  } finally {
    await Promise.all([proxy.close(), strictProxy.close()])
  }
}

/** As `SUB-02 fail`, with the reason where that is not what was expected. */
function outcomes(verdicts: readonly Verdict[], expected: Verdict['outcome']): string[] {
  return verdicts.map(({ id, outcome, reason }) =>
    outcome === expected ? `${id} ${outcome}` : `${id} ${outcome}: ${reason}`,
  )
}

it('finds nothing wrong where nothing is', async () => {
  const rows = [...new Set(MUTATIONS.flatMap((mutation) => mutation.rows))].toSorted()
  const verdicts = await judged({ rows })
  expect(outcomes(verdicts, 'pass').toSorted()).toEqual(rows.map((id) => `${id} pass`))
})

it.concurrent.each(MUTATIONS)('notices a server that $name', async (mutation) => {
  const { rows } = mutation
  const verdicts = await judged({ rows, mutation })
  expect(outcomes(verdicts, 'fail').toSorted()).toEqual(rows.map((id) => `${id} fail`).toSorted())
})

it.concurrent('notices what is wrong with health where the database goes away', async () => {
  const database = await tcpProxy(house.databaseUrl)
  const { port } = await house.extend({ ...SETTINGS, DATABASE_URL: database.url })
  const operator = { databaseDown: () => database.cut(), databaseUp: () => database.mend() }
  const health = { rows: ['HLT-01'], url: `http://127.0.0.1:${port}`, operator }
  try {
    expect(outcomes(await judged(health), 'pass')).toEqual(['HLT-01 pass'])
    for (const mutation of HEALTH_IN_NEED)
      expect(outcomes(await judged({ ...health, mutation }), 'fail'), mutation.name).toEqual(['HLT-01 fail'])
  } finally {
    await database.close()
  }
})

it.concurrent('notices a server that calls whoever it is asked to', async () => {
  const rows = ['SEC-03', 'SEC-04', 'SEC-05']
  const verdicts = await judged({ rows, strictUrl: house.url })
  expect(outcomes(verdicts, 'fail')).toEqual(rows.map((id) => `${id} fail`))
})

it.concurrent(
  'notices a server that calls one network it should not, though nobody listens there',
  async () => {
    const verdicts = await judged({ rows: ['SEC-04'], strictUrl: holedHouse.url })
    expect(outcomes(verdicts, 'fail')).toEqual(['SEC-04 fail'])
  },
)
