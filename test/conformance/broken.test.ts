/** The suite notices: a server that breaks one rule fails the rows that ask for it, and one that breaks none passes them. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { useHouse } from '../support/house.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { proxyTo, type Mutation } from './broken.ts'
import { MUTATIONS } from './mutations/all.ts'
import { HEALTH_IN_NEED } from './mutations/service.ts'
import type { Profile } from './profile.ts'
import { API_KEYS, fixturesProfile } from './profiles/fixtures.ts'
import { runSuite, type Verdict } from './suite.ts'

// They wait for jobs more than they work.
vi.setConfig({ maxConcurrency: 16 })

const SETTINGS = { ACCEPTD_API_KEYS: API_KEYS, ACCEPTD_CONCURRENCY: '100' }
const house = useHouse(SETTINGS)
let folder: string
let profile: Profile

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-broken-'))
  const { fixtures, ...rest } = fixturesProfile({ folder })
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
}

async function judged({ rows, mutation, url = house.url, operator }: Situation): Promise<Verdict[]> {
  const proxy = await proxyTo(url, mutation)
  try {
    return await runSuite(proxy.url, operator ? { ...profile, operator } : profile, rows)
  } finally {
    await proxy.close()
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
