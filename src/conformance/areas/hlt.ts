/** HLT: health, as platforms and operators see it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { cacheDirectives } from '../header-fields.ts'
import { checksOf, expectHealth, untilHealth } from '../health.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import { expectDrain } from './hlt-drain.ts'

const DATABASE_STEPS = ['databaseDown', 'databaseUp'] as const
/** For a server to notice that its database has gone, or is back. */
const NOTICE_MS = 20_000
const LIVE_MS = 100

const live: Row = {
  id: 'HLT-01',
  title: 'Liveness is 200 whether the database is up or down, at once and without credentials',
  level: 'S',
  source: 'K8S livez, readyz; probe success 200-399',
  needs: { feature: 'health', operator: DATABASE_STEPS },
  when: 'operator',
  async check(target) {
    await expectLive(target, 'with the database up')
    await withoutDatabase(target, async () => {
      await becomes(target, 503)
      await expectLive(target, 'with the database down')
    })
  },
}

const ready: Row = {
  id: 'HLT-02',
  title:
    'Readiness is 503 while the database is down and while draining, when what is under way still finishes',
  level: 'M',
  source: 'K8S; HC s3.1',
  needs: {
    feature: 'health',
    fixtures: ['idle'],
    operator: [...DATABASE_STEPS, 'startSecond', 'drainSecond'],
  },
  when: 'operator',
  async check(target) {
    await becomes(target, 200)
    await withoutDatabase(target, () => becomes(target, 503))
    return expectDrain(target)
  },
}

const body: Row = {
  id: 'HLT-03',
  title: 'Readiness says pass, warn or fail in application/health+json, and means what its code says',
  level: 'M',
  source: 'HC s3, s3.1',
  needs: { feature: 'health' },
  async check(target) {
    const answer = await target.ask(target.profile.paths.ready, { as: 'none' })
    const { status } = expectHealth(answer)
    expect(
      answer.status === 200,
      `a server that is up says it is not ready: ${answer.status} ${String(status)}`,
    )
    const head = await target.ask(target.profile.paths.ready, { as: 'none', method: 'HEAD' })
    expectEqual(head.status, answer.status, 'the status of HEAD')
  },
}

const checks: Row = {
  id: 'HLT-04',
  title: 'Checks are named component:measurement, have units, and give nothing away',
  level: 'S',
  source: 'HC s4, s3.5',
  needs: { feature: 'health' },
  async check(target) {
    for (const path of [target.profile.paths.ready, target.profile.paths.overview]) {
      const answer = await target.ask(path, { as: 'none' })
      const { status, output } = expectHealth(answer)
      if (status === 'pass') expect(output === undefined, `GET ${path} passes and has an output`)
      const measured = checksOf(answer).filter(({ observedValue }) => observedValue !== undefined)
      expect(measured.length > 0, `no check of GET ${path} has an observedValue`)
    }
  },
}

const backlog: Row = {
  id: 'HLT-05',
  title: 'A backlog, or that no worker is alive, is a warning which names it',
  level: 'C',
  source: 'HC warn; monitoring blind spot',
  needs: { feature: 'health', operator: ['stopWorkers', 'startWorkers'] },
  when: 'operator',
  async check(target) {
    const { overview } = target.profile.paths
    // Whatever else it warns of is not meant.
    const known = warningsOf(await target.ask(overview, { as: 'none' }))
    await target.operate('stopWorkers')
    const job = await expectWarning(target, known).finally(() => target.operate('startWorkers'))
    await target.ends(job)
  },
}

export const healthRows: readonly Row[] = [live, ready, body, checks, backlog]

/** Nine times, and by the median: a busy machine may be late once. */
async function expectLive(target: Target, when: string): Promise<void> {
  const times: number[] = []
  for (let time = 0; time < 9; time++) {
    const answer = await target.ask(target.profile.paths.live, { as: 'none' })
    expectEqual(answer.status, 200, `the status of liveness ${when}`)
    expect(cacheDirectives(answer).has('no-store'), `liveness may be stored ${when}`)
    times.push(answer.ms)
  }
  const median = times.toSorted((a, b) => a - b)[4] ?? Infinity
  expect(median < LIVE_MS, `liveness ${when} takes ${Math.round(median)} ms, not under ${LIVE_MS}`)
}

async function withoutDatabase(target: Target, act: () => Promise<unknown>): Promise<void> {
  await target.operate('databaseDown')
  try {
    await act()
  } finally {
    await target.operate('databaseUp')
    await becomes(target, 200)
  }
}

async function becomes(target: Target, code: 200 | 503): Promise<void> {
  await untilHealth(
    target,
    target.profile.paths.ready,
    String(code),
    NOTICE_MS,
    ({ status }) => status === code,
  )
}

/** @returns the job that waits */
async function expectWarning(target: Target, known: readonly string[]): Promise<URL> {
  const { overview } = target.profile.paths
  const { job } = await target.submit('ok')
  const isNew = (answer: Answer) => warningsOf(answer).some((name) => !known.includes(name))
  const answer = await untilHealth(target, overview, 'a new warning', NOTICE_MS, isNew)
  expectEqual(answer.status, 200, 'the status of the warning')
  expectEqual(answer.json()['status'], 'warn', 'the status in the warning')
  const before = oldest(answer)
  await sleep(2000)
  const after = oldest(await target.ask(overview, { as: 'none' }))
  expect(after > before, `the age of the oldest job went from ${before} to ${after} s in 2 s`)
  return job
}

function warningsOf(answer: Answer): string[] {
  return checksOf(answer)
    .filter(({ status }) => status === 'warn')
    .map(({ name }) => name)
}

/** In seconds. */
function oldest(answer: Answer): number {
  const all = checksOf(answer)
  const names = all.map(({ name }) => name).join(', ')
  const check = all.find(({ name }) => /^queue:oldest/i.test(name))
  expect(check !== undefined, `no check is named queue:oldest…; there are ${names}`)
  const { observedValue, observedUnit } = check
  expect(typeof observedValue === 'number', `${check.name} is ${JSON.stringify(observedValue)}, not a number`)
  return observedUnit === 'ms' ? observedValue / 1000 : observedValue
}
