/** IDM: one key, one job. */
import { isDeepStrictEqual } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, expectEqual } from '../expect.ts'
import { linesOf, retryAfterOf } from '../header-fields.ts'
import { expectReplayOf, expectRunOnce, freshKey, keyed, submitFirst } from '../idempotency.ts'
import { expectJobsMade } from '../jobs-made.ts'
import type { FixtureName } from '../profile.ts'
import type { Row } from '../row.ts'
import type { Status, Target } from '../target.ts'
import { keyRows } from './idm-keys.ts'
import { lifetimeRows } from './idm-lifetime.ts'
import { raceRows } from './idm-races.ts'
import { reuseRows } from './idm-reuse.ts'

const first: Row = {
  id: 'IDM-01',
  title: 'The first submission under a key is accepted and not called a replay',
  level: 'S',
  source: 'IDEM s2.1, s2.6',
  needs: { feature: 'idempotency' },
  async check(target) {
    await submitFirst(target, 'ok', keyed(freshKey()))
  },
}

const repeated: Row = {
  id: 'IDM-02',
  title: 'A submission sent again is the same job, said to be a replay, and its work is done once',
  level: 'S',
  source: 'IDEM s2.6; AIP-155; X2',
  needs: { feature: 'idempotency', fixtures: ['count'] },
  when: 'alone',
  async check(target) {
    let unique = ''
    const unlisted = await expectJobsMade(target, 1, 'a submission sent twice', async () => {
      const options = keyed(freshKey())
      const submitted = await submitFirst(target, 'count', options)
      unique = submitted.unique
      expectReplayOf(submitted.answer, await target.post('count', { ...options, unique }), 'the repetition')
      await target.reaches(submitted.job, 'completed')
    })
    return notes(unlisted, await expectRunOnce(target, unique))
  },
}

const whileRunning: Row = {
  id: 'IDM-04',
  title: 'While the job runs a repetition is answered 202 with what it is doing, and never 409',
  level: 'C',
  source: 'ARR; AZ; X1',
  needs: { feature: 'idempotency', fixtures: ['slow'] },
  async check(target) {
    const options = keyed(freshKey())
    const { answer, job, unique } = await submitFirst(target, 'slow', options)
    await target.reaches(job, 'running')
    const again = await target.post('slow', { ...options, unique })
    expectReplayOf(answer, again, 'the repetition while it runs')
    expectEqual(target.statusOf(again.json()), 'running', 'the status in the repetition')
    expect(retryAfterOf(again) >= 1, 'Retry-After of the repetition is 0')
  },
}

const afterTheEnd: Row = {
  id: 'IDM-05',
  title: 'Once the job has ended, also in failure, a repetition shows that end and runs nothing again',
  level: 'C',
  source: 'AIP-155 stale success; X2, X3',
  needs: { feature: 'idempotency', fixtures: ['ok', 'fail'] },
  async check(target) {
    const [, , unique] = await Promise.all([
      repeatAfterEnd(target, 'ok', 'completed'),
      repeatAfterEnd(target, 'fail', 'failed'),
      target.profile.fixtures.count && repeatAfterEnd(target, 'count', 'completed'),
    ])
    return unique === undefined
      ? 'how often it ran was not counted: the profile has no fixture "count"'
      : expectRunOnce(target, unique)
  },
}

// Long enough for work that was started by mistake to show.
const AFTERMATH_MS = 3000

async function repeatAfterEnd(target: Target, name: FixtureName, end: Status): Promise<string> {
  const options = keyed(freshKey())
  const { answer, job, unique } = await submitFirst(target, name, options)
  const ended = await target.reaches(job, end)
  const again = await target.post(name, { ...options, unique })
  expectReplayOf(answer, again, `the repetition of ${name} after its end`)
  expectEqual(linesOf(again, 'Retry-After'), [], `Retry-After of ${name}, which has ended`)
  const same = isDeepStrictEqual(again.json(), ended)
  expect(same, `the repetition of ${name} shows ${again.text}, the job ${JSON.stringify(ended)}`)
  await sleep(AFTERMATH_MS)
  const later = await target.read(job)
  for (const member of ['status', 'attempt'] as const)
    expectEqual(target.get(later, member), target.get(ended, member), `${member} of ${name}, 3 s later,`)
  return unique
}

const withoutKey: Row = {
  id: 'IDM-10',
  title: 'Without a key, the same submission twice is two jobs',
  level: 'C',
  source: 'IDEM s2.5',
  needs: { feature: 'idempotency' },
  async check(target) {
    const one = await target.submit('ok')
    const other = await target.submit('ok', { unique: one.unique })
    expect(one.job.href !== other.job.href, `both submissions without a key are ${one.job.pathname}`)
    const documents = [await target.read(one.job), await target.read(other.job)]
    const [id, otherId] = documents.map((document) => target.get(document, 'id'))
    expect(id !== otherId, `both submissions without a key are job ${String(id)}`)
    for (const { answer } of [one, other])
      expectEqual(answer.headers['idempotent-replayed'], undefined, 'Idempotent-Replayed without a key')
  },
}

function notes(...all: readonly (string | undefined)[]): string | undefined {
  const said = all.filter((note) => note !== undefined)
  return said.length === 0 ? undefined : said.join('; ')
}

export const idempotencyRows: readonly Row[] = [
  first,
  repeated,
  whileRunning,
  afterTheEnd,
  withoutKey,
  ...raceRows,
  ...reuseRows,
  ...keyRows,
  ...lifetimeRows,
]
