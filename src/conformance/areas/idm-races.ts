/** IDM: the same submission many times at the same instant, and from a client that did not wait for the answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sendAndHangUp, type Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { retryAfterOf } from '../header-fields.ts'
import { expectRunOnce, freshKey, isReplay, keyed } from '../idempotency.ts'
import { expectJobsMade } from '../jobs-made.ts'
import { inLanes } from '../lanes.ts'
import { expectProblem } from '../problem.ts'
import type { FixtureName } from '../profile.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

interface Burst {
  readonly job: URL
  readonly unique: string
  /** How many were told to try again. */
  readonly conflicts: number
}

/** Sends one submission from `clients` at once, each on a connection of its own, and expects one job of it. */
async function burst(target: Target, name: FixtureName, clients: number): Promise<Burst> {
  const { unique } = target.fixture(name)
  const options = keyed(freshKey(), { unique, newConnection: true })
  const answers = await inLanes(clients, clients, () => target.post(name, options))
  const conflicts = answers.filter(({ status }) => status === 409)
  const retried = await Promise.all(
    conflicts.map((conflict) => afterConflict(target, name, conflict, options)),
  )
  const settled = [...answers.filter(({ status }) => status !== 409), ...retried]
  for (const { status, text } of settled)
    expect(status === 202, `one of ${clients} at once was answered ${status}, not 202: ${text.slice(0, 160)}`)
  const locations = new Set(settled.map(({ headers }) => headers['location']))
  expect(
    locations.size === 1,
    `${clients} at once were given ${locations.size} Locations: ${[...locations].join(' ')}`,
  )
  expectEqual(settled.filter((answer) => !isReplay(answer)).length, 1, 'how many were not called replays')
  return { job: target.locationOf(settled[0] as Answer), unique, conflicts: conflicts.length }
}

/** A 409 is allowed before the first has been committed; trying again as told must then succeed. */
async function afterConflict(
  target: Target,
  name: FixtureName,
  conflict: Answer,
  options: Parameters<Target['post']>[1],
): Promise<Answer> {
  expectProblem(conflict, 409, 'idempotency-in-progress')
  await sleep(retryAfterOf(conflict) * 1000)
  return target.post(name, options)
}

const atOnce: Row = {
  id: 'IDM-03',
  title: 'Fifty identical submissions at the same instant are one job, whose work is done once',
  level: 'S',
  source: 'IDEM s2.6; ARR; X1',
  needs: { feature: 'idempotency', fixtures: ['count'] },
  when: 'crowd',
  async check(target) {
    const { job, unique } = await burst(target, 'count', 50)
    await target.reaches(job, 'completed')
    return expectRunOnce(target, unique)
  },
}

const BURSTS = 5

const inProgress: Row = {
  id: 'IDM-14',
  title: 'A submission that meets its own first one under way is at worst told to try again, which works',
  level: 'S',
  source: 'IDEM s2.7; X1',
  needs: { feature: 'idempotency' },
  when: 'crowd',
  async check(target) {
    const bursts = await inLanes(BURSTS, BURSTS, () => burst(target, 'ok', 20))
    const conflicts = bursts.reduce((sum, one) => sum + one.conflicts, 0)
    return `${conflicts} of ${BURSTS * 20} were answered 409`
  },
}

const hungUp: Row = {
  id: 'IDM-15',
  title: 'A client that lost the connection before the answer gets the one job there is by asking again',
  level: 'S',
  source: 'IDEM s1',
  needs: { feature: 'idempotency' },
  when: 'alone',
  async check(target) {
    const unlisted = await expectJobsMade(target, 3, 'three submissions cut off and sent again', async () => {
      // The server may be at different points when it is asked again.
      for (const pauseMs of [0, 5, 100]) {
        const { path, method, headers, body, unique } = target.fixture('ok')
        const options = keyed(freshKey(), { unique })
        const sent = { method, body, headers: { ...target.profile.auth.a, ...headers, ...options.headers } }
        await sendAndHangUp(new URL(path, target.base), sent)
        await sleep(pauseMs)
        const again = await target.post('ok', options)
        const settled = again.status === 409 ? await afterConflict(target, 'ok', again, options) : again
        expect(settled.status === 202, `asking again was answered ${settled.status}, not 202`)
        const once = target.locationOf(settled)
        await target.reaches(once, 'completed')
        const twice = await target.post('ok', options)
        expectEqual(target.locationOf(twice).href, once.href, 'the job of a third submission')
      }
    })
    return unlisted
  },
}

export const raceRows: readonly Row[] = [atOnce, inProgress, hungUp]
