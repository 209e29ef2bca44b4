/** SSE: streams taken up again, and whose they are. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openEventStream } from '../event-stream.ts'
import { expect, expectEqual } from '../expect.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import {
  answerWithoutStream,
  expectCurrent,
  expectEnd,
  expectGrowingIds,
  expectStream,
  LIFE_MS,
  SOON_MS,
  streamOf,
} from './sse-checks.ts'

const resumed: Row = {
  id: 'SSE-03',
  title: 'A stream that is taken up again goes on after the last event seen, and nothing is lost',
  level: 'S',
  source: 'WHATWG HTML §9.2.4',
  needs: { feature: 'sse', fixtures: ['slow', 'idle', 'ok'] },
  async check(target) {
    await Promise.all([goesOn(target), endsWhileAway(target), repeatsNothing(target)])
  },
}

const ended: Row = {
  id: 'SSE-04',
  title: 'Whoever has seen the end is told 204, so that it stops reconnecting',
  level: 'S',
  source: 'WHATWG HTML §9.2.3',
  needs: { feature: 'sse' },
  async check(target) {
    const { job, document } = await target.submit('ok')
    await target.ends(job)
    const url = target.link(document, 'eventsLink', job)
    // One who has not seen it is told: a server that always says 204 has no streams.
    const stream = await openEventStream(target, url)
    expectStream(stream)
    const last = await stream.event(0, SOON_MS)
    await stream.closed(SOON_MS)
    await expectEnd(target, stream, job)
    expect(last.id !== '', 'the terminal event has no id')
    const id = stream.events.at(-1)?.id ?? ''
    const again = await answerWithoutStream(target, url, { lastEventId: id })
    expectEqual(again.status, 204, `the status after the terminal event (Last-Event-ID: ${id})`)
    expectEqual(again.text, '', 'the content of the 204')
  },
}

const owned: Row = {
  id: 'SSE-06',
  title: 'An unknown Last-Event-ID gets a whole snapshot; the stream is for its owner only',
  level: 'C',
  source: 'contract; X18',
  needs: { feature: 'sse', fixtures: ['idle'], twoCallers: true },
  async check(target) {
    const submitted = await target.submit('idle')
    for (const lastEventId of ['no-such-event', '999999999999']) {
      const stream = await streamOf(target, submitted, lastEventId)
      try {
        expectStream(stream)
        expectCurrent(await stream.event(0, SOON_MS), await target.read(submitted.job))
      } finally {
        stream.drop()
      }
    }
    const url = target.link(submitted.document, 'eventsLink', submitted.job)
    expectProblem(await answerWithoutStream(target, url, { as: 'b' }), 404, 'job-not-found')
    const callers = target.profile.auth.bad ? (['none', 'bad'] as const) : (['none'] as const)
    for (const as of callers) {
      const refused = await answerWithoutStream(target, url, { as })
      expectProblem(refused, 401, 'unauthorized')
      expect(refused.headers['www-authenticate'] !== undefined, 'the 401 has no WWW-Authenticate')
    }
  },
}

export const resumeRows = { resumed, ended, owned }

async function goesOn(target: Target): Promise<void> {
  const submitted = await target.submit('slow')
  const first = await streamOf(target, submitted)
  const { id } = await first.event(1, LIFE_MS)
  first.drop()
  await sleep(500)
  const second = await streamOf(target, submitted, id)
  expectStream(second)
  await second.closed(LIFE_MS)
  expectGrowingIds(second, id)
  await expectEnd(target, second, submitted.job)
}

/** What happened while nobody listened is told at once. */
async function endsWhileAway(target: Target): Promise<void> {
  const submitted = await target.submit('slow')
  const first = await streamOf(target, submitted)
  const { id } = await first.event(0, SOON_MS)
  first.drop()
  await target.ends(submitted.job)
  const second = await streamOf(target, submitted, id)
  expectStream(second)
  await second.event(0, SOON_MS)
  await second.closed(SOON_MS)
  expectGrowingIds(second, id)
  await expectEnd(target, second, submitted.job)
}

/** Where nothing has happened there is nothing to tell, until it does. */
async function repeatsNothing(target: Target): Promise<void> {
  const submitted = await target.submit('idle')
  const first = await streamOf(target, submitted)
  const { id } = await first.event(0, SOON_MS)
  first.drop()
  const second = await streamOf(target, submitted, id)
  try {
    expectStream(second)
    await sleep(1500)
    expectEqual(second.events.length, 0, `the number of events after ${id}, of a job that has not changed`)
    if (!target.profile.features.includes('cancel')) return
    await target.cancel(submitted.job)
    await second.closed(SOON_MS)
    expectGrowingIds(second, id)
    await expectEnd(target, second, submitted.job)
  } finally {
    second.drop()
  }
}
