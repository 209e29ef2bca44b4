/** PRF: waiting for a job that is there already. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expectNotModified, strongEtagOf } from '../entity-tag.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { expectInTime, inTime } from '../in-time.ts'
import { appliedOf, expectBetween, prefer } from '../prefer.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const ENDLESS = 'wait=100000'
/** From what changes the document to the answer of who waits for it, on a busy machine. */
const SOON_MS = 1000
const RUSH_MS = 5000

const cap: Row = {
  id: 'PRF-05',
  title: 'No wait is longer than the cap, whatever was asked for',
  level: 'C',
  source: 'API4; 7240 s2',
  needs: { feature: 'prefer', fixtures: ['idle'] },
  async check(target) {
    // A second is all there is above the cap, so not while all other rows begin.
    await sleep(RUSH_MS)
    const { job } = await target.submit('idle')
    const etag = strongEtagOf(await target.poll(job), 'the idle job')
    const [posted, polled, conditional] = await Promise.all([
      target.post('idle', prefer(ENDLESS)),
      target.poll(job, prefer(ENDLESS)),
      target.poll(job, { headers: { Prefer: ENDLESS, 'If-None-Match': etag } }),
    ])
    expectEqual(posted.status, 202, 'the status of the POST')
    expectEqual(polled.status, target.profile.pollPending, 'the status of the GET')
    expectEqual(conditional.status, 304, 'the status of the GET with If-None-Match')
    for (const answer of [posted, polled, conditional]) expectCapped(target, answer)
  },
}

const longPoll: Row = {
  id: 'PRF-08',
  title:
    'A conditional GET that waits is answered when the document changes, else 304 at the end of the wait',
  level: 'C',
  source: 'AIP WaitOperation; 7240 s4.3',
  needs: { feature: 'prefer', fixtures: ['idle', 'slow'] },
  async check(target) {
    await Promise.all([
      inTime(() => answersTheChange(target)),
      inTime(() => answersNoChange(target)),
      inTime(() => answersTheDifferenceAtOnce(target)),
      answersTheEnd(target),
    ])
  },
}

const varies: Row = {
  id: 'PRF-09',
  title: 'The job document varies by Prefer, whether that was sent or not',
  level: 'M',
  source: '7240 s2',
  needs: { feature: 'prefer' },
  async check(target) {
    const { job } = await target.submit('ok')
    const early = await target.poll(job)
    await target.ends(job)
    const ended = await target.poll(job)
    const etag = strongEtagOf(ended, 'the job document')
    const notModified = await target.poll(job, { headers: { 'If-None-Match': etag } })
    expectEqual(notModified.status, 304, 'the status of the conditional GET')
    const head = await target.ask(job, { method: 'HEAD' })
    const waited = await target.poll(job, prefer('wait=1'))
    for (const answer of [early, ended, notModified, head, waited]) expectVaries(answer)
  },
}

export const waitRows: readonly Row[] = [cap, longPoll, varies]

function expectCapped(target: Target, answer: Answer): void {
  const { maxWaitSeconds } = target.profile.limits
  expectBetween(answer, 0, (maxWaitSeconds + 1) * 1000, ENDLESS)
  const said = appliedOf(answer).get('wait') ?? String(maxWaitSeconds)
  expectEqual(Number(said), maxWaitSeconds, `the wait that ${answer.method} says was applied`)
}

async function answersTheChange(target: Target): Promise<void> {
  const { job } = await target.submit(target.profile.features.includes('cancel') ? 'idle' : 'slow')
  const known = await target.poll(job)
  const etag = strongEtagOf(known, 'the job document')
  const waiting = target.poll(job, { headers: { Prefer: 'wait=5', 'If-None-Match': etag } })
  waiting.catch(() => undefined) // awaited below, but not if something else fails first
  let changedAt = Infinity
  if (target.profile.features.includes('cancel')) {
    await sleep(1000)
    await target.cancel(job)
    changedAt = Date.now()
  }
  const answer = await waiting
  expectEqual(answer.status, 200, 'the status after the change')
  expect(strongEtagOf(answer, 'the changed document') !== etag, 'the changed document has the same ETag')
  expect(answer.text !== known.text, 'the answer to the long poll is the document known before')
  expectInTime(answer.receivedAt - changedAt, SOON_MS, 'from the change to the answer of the long poll it')
}

async function answersNoChange(target: Target): Promise<void> {
  const { job } = await target.submit('idle')
  const known = await target.poll(job)
  const headers = { Prefer: 'wait=5', 'If-None-Match': strongEtagOf(known, 'the idle job') }
  const answer = await target.poll(job, { headers })
  expectNotModified(answer, known, 'a long poll of an idle job')
  expectEqual(answer.text, '', 'the content of the 304')
  expectBetween(answer, 4500, 6500, 'wait=5')
}

async function answersTheDifferenceAtOnce(target: Target): Promise<void> {
  const { job } = await target.submit('idle')
  const answer = await target.poll(job, { headers: { Prefer: 'wait=5', 'If-None-Match': '"of-old"' } })
  expectEqual(answer.status, 200, 'the status where the tag is of old')
  expectBetween(answer, 0, SOON_MS, 'wait=5 with a tag of old')
}

/** Without a tag any document would do at once; so it is the end that is waited for. */
async function answersTheEnd(target: Target): Promise<void> {
  if (target.profile.limits.maxWaitSeconds < 25) return
  const { job } = await target.submit('slow')
  const answer = await target.poll(job, prefer('wait=25'))
  expectEqual(answer.status, 200, 'the status of the GET that waits')
  expectEqual(target.get(answer.json(), 'done'), true, 'done, after waiting without If-None-Match,')
}

function expectVaries(answer: Answer): void {
  const vary = answer.headers['vary'] ?? ''
  expect(
    /(?:^|,)\s*(?:prefer|\*)\s*(?:,|$)/i.test(vary),
    `${answer.method} ${answer.url.pathname} (${answer.status}): Vary is "${vary}", without Prefer`,
  )
}
