/** WHK: what becomes of a message that was not taken. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  attempted,
  becomes,
  expectTriedAgain,
  firstOf,
  nextAttemptOf,
  whileTelling,
  type Telling,
} from '../deliveries.ts'
import { expect, expectEqual } from '../expect.ts'
import { inTime, Late } from '../in-time.ts'
import { openReceiver, type Receiver } from '../receiver.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'
import { verifiedBy } from '../webhook-signature.ts'

const NEEDS = { feature: 'webhook', fixtures: ['told'] } as const
/** By how much two clocks may differ here: the server's, and the one that says when a message came. */
const CLOCKS_MS = 1000
/** So that two attempts are never within one second. */
const APART_MS = 2100

const schedule: Row = {
  id: 'WHK-04',
  title: 'What was not taken is sent again: the same message, signed anew, later and later; any 2xx takes it',
  level: 'S',
  source: 'SW schedule',
  needs: { ...NEEDS, operator: ['hasten'] },
  async check(target) {
    const gaps = await Promise.all([204, 200, 202].map((status) => inTime(() => gapsBefore(target, status))))
    for (const [first, second] of gaps)
      expect(second > first * 1.5, `the gaps between attempts do not grow: ${first} ms, then ${second}`)
    const seconds = gaps.map(([, second]) => second)
    const [least, most] = [Math.min(...seconds), Math.max(...seconds)]
    expect(most - least > most / 1000, `the second gaps are the same each time: ${seconds.join(', ')} ms`)
    return `gaps of ${gaps.map(([first, second]) => `${first / 1000} and ${second / 1000} s`).join('; ')}`
  },
}

/** Refuses twice, then answers with this. */
function gapsBefore(target: Target, status: number): Promise<readonly [number, number]> {
  const answer = (_: unknown, nth: number) => ({ status: nth < 3 ? 500 : status })
  return whileTelling(target, answer, async ({ receiver, job }) => {
    const gapAfter = async (attempt: number) => {
      const delivery = await waiting(target, job, attempt)
      const { at = NaN } = receiver.received[attempt - 1] ?? {}
      await sleep(at + APART_MS - Date.now())
      await waiting(target, job, attempt)
      await target.operate('hasten', String(target.get(delivery, 'id')))
      return nextAttemptOf(target, delivery) - at
    }
    const gaps = [await gapAfter(1), await gapAfter(2)] as const
    await becomes('the third attempt', () => receiver.received.length >= 3)
    const done = await attempted(target, job, 3)
    expectEqual(target.statusOf(done), 'completed', `the status of a delivery after a ${status}`)
    expectEqual(target.get(done, 'attempt'), 3, 'the number of attempts')
    expectAnew(target, receiver)
    return gaps
  })
}

/** The delivery between this attempt and the next. */
async function waiting(target: Target, job: URL, attempt: number): Promise<Document> {
  const delivery = await attempted(target, job, attempt)
  expectTriedAgain(target, delivery, `a 500 (attempt ${attempt})`)
  const tries = Number(target.get(delivery, 'attempt'))
  // The next came by itself, before anybody looked.
  if (tries > attempt) throw new Late(`attempt ${attempt} was seen too late`)
  return delivery
}

function expectAnew(target: Target, { received }: Receiver): void {
  expectEqual(received.length, 3, 'the number of messages')
  const different = (name: string) => new Set(received.map(({ headers }) => headers[name])).size
  expectEqual(different('webhook-id'), 1, 'the number of different webhook-ids in three attempts')
  expectEqual(different('webhook-timestamp'), 3, 'the number of different webhook-timestamps')
  expectEqual(different('webhook-signature'), 3, 'the number of different webhook-signatures')
  const [secret] = target.profile.webhook.secrets
  if (secret === undefined) return
  for (const [index, delivered] of received.entries())
    expect(verifiedBy(secret, delivered).length > 0, `the signature of attempt ${index + 1} is none`)
}

const redirect: Row = {
  id: 'WHK-05',
  title: 'A redirect is not followed, and the attempt has failed',
  level: 'S',
  source: 'SW; CE webhook s2.2',
  needs: NEEDS,
  async check(target) {
    await Promise.all([302, 307].map((status) => expectNotFollowed(target, status)))
  },
}

async function expectNotFollowed(target: Target, status: number): Promise<void> {
  await using other = await openReceiver(target)
  const answer = () => ({ status, headers: { location: other.url } })
  await whileTelling(target, answer, async ({ job }) => {
    expectTriedAgain(target, await attempted(target, job), `a ${status}`)
    expectEqual(other.received.length, 0, `the number of messages to where a ${status} leads`)
  })
}

const gone: Row = {
  id: 'WHK-06',
  title: 'A receiver that answers 410 is sent nothing more',
  level: 'S',
  source: 'SW',
  needs: NEEDS,
  check: (target) =>
    whileTelling(
      target,
      () => ({ status: 410 }),
      async ({ receiver, job }) => {
        const first = await attempted(target, job)
        expectEqual(target.statusOf(first), 'failed', 'the status of a delivery after a 410')
        // The same receiver, of another job.
        const other = await target.submit('told', { receiver: receiver.url })
        await target.reaches(other.job, 'completed')
        const second = await attempted(target, other.job)
        expectEqual(target.statusOf(second), 'failed', 'the status of the next delivery to that receiver')
        expectEqual(receiver.received.length, 1, 'the number of messages to a receiver that answers 410')
      },
    ),
}

const asked: Row = {
  id: 'WHK-07',
  title: 'The next attempt is not before the receiver wants it',
  level: 'S',
  source: 'SW; CE webhook s2.2',
  needs: NEEDS,
  async check(target) {
    const waits = await Promise.all([
      waitAfter(target, 429, 5),
      waitAfter(target, 503, 5),
      // Longer than anybody waits after a first attempt without being asked to.
      waitAfter(target, 429, 600),
      waitAfter(target, 503, 600),
    ])
    return `next attempts after ${waits.map((ms) => `${ms / 1000} s`).join(', ')}`
  },
}

function waitAfter(target: Target, status: number, seconds: number): Promise<number> {
  const answer = () => ({ status, headers: { 'retry-after': String(seconds) } })
  return whileTelling(target, answer, async (telling: Telling) => {
    const { at } = await firstOf(telling)
    const delivery = await attempted(target, telling.job)
    const after = `a ${status} with Retry-After: ${seconds}`
    expectTriedAgain(target, delivery, after)
    const wait = nextAttemptOf(target, delivery) - at
    expect(wait >= seconds * 1000 - CLOCKS_MS, `after ${after} the next attempt is due in ${wait} ms`)
    return wait
  })
}

export const attemptRows = { schedule, redirect, gone, asked } as const
