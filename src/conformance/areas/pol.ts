/** POL: the job document, as polls see it. */
import { expect, expectEqual } from '../expect.ts'
import { mediaTypeOf } from '../header-fields.ts'
import { lifeOf, pollOnce, type Poll } from '../life.ts'
import type { FixtureName } from '../profile.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'
import { addressRows } from './pol-address.ts'
import { courseRows } from './pol-course.ts'
import { failureRows } from './pol-failure.ts'

const answeredWhileUnfinished: Row = {
  id: 'POL-01',
  title: 'A poll of a job that has not ended is answered 200 with a JSON document',
  level: 'S',
  source: 'AZ lro-status-monitor-get-returns-200; OGC job-success; X5',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const polls = (await lifeOf(target, 'slow')).polls.filter(({ done }) => !done)
    expect(polls.length > 0, 'slow had ended at the first poll')
    if (target.profile.fixtures.idle) {
      const waiting = await pollOnce(target, (await target.submit('idle')).job)
      expectEqual(waiting.status, 'pending', 'the status of idle')
      polls.push(waiting)
    }
    for (const { answer, status } of polls) {
      expectEqual(answer.status, target.profile.pollPending, `the answer to a poll while ${status}`)
      expectEqual(mediaTypeOf(answer), 'application/json', `Content-Type while ${status}`)
    }
  },
}

const LIVES = ['ok', 'slow', 'fail', 'flaky'] as const satisfies readonly FixtureName[]

const wellFormed: Row = {
  id: 'POL-03',
  title: 'Every document ever polled has its members, a known status, and a done that says the same',
  level: 'S',
  source: 'AZ lro-status-monitor-structure; AIP Operation',
  needs: { fixtures: LIVES },
  async check(target) {
    const lives = await Promise.all(LIVES.map((name) => lifeOf(target, name)))
    let count = 0
    for (const { submitted, polls } of lives) {
      const id = target.get(submitted.document, 'id')
      for (const poll of polls) expectWellFormed(target, submitted.job, id, poll)
      count += polls.length
    }
    return `${count} documents`
  },
}

function expectWellFormed(target: Target, job: URL, id: unknown, { document, status, done }: Poll): void {
  const what = `a document of ${job.pathname}`
  expect(status !== undefined, `${what} has the status ${String(target.get(document, 'status'))}`)
  expectEqual(target.get(document, 'done'), done, `done of ${what}, which is ${status},`)
  expect(typeof id === 'string' && id !== '', `${what} was submitted with the id ${String(id)}`)
  expectEqual(target.get(document, 'id'), id, `the id of ${what}`)
  expect(Number.isInteger(target.get(document, 'attempt')), `${what} has no whole number as its attempt`)
  for (const name of ['createdAt', 'updatedAt'] as const) timeOf(target, document, name)
  expectEqual(target.link(document, 'self', job).href, job.href, `the link self of ${what}`)
  if (target.profile.features.includes('result')) target.link(document, 'resultLink', job)
  if (target.profile.features.includes('sse')) target.link(document, 'eventsLink', job)
  if (status !== 'completed') expectAbsent(target, document, 'result', status)
  if (status !== 'failed') expectAbsent(target, document, 'error', status)
}

const times: Row = {
  id: 'POL-04',
  title: 'The times of an ended job are in their order, in RFC 3339 with Z',
  level: 'C',
  source: 'OGC rec job-status; ARR fields',
  needs: { fixtures: ['ok', 'fail'] },
  async check(target) {
    const names = ['ok', 'fail', ...(target.profile.fixtures.flaky ? (['flaky'] as const) : [])] as const
    for (const name of names) {
      const { document } = (await lifeOf(target, name)).last
      expectInOrder(target, document, ['createdAt', 'startedAt', 'finishedAt', 'updatedAt'], name)
    }
    if (!target.profile.fixtures.idle || !target.profile.features.includes('cancel')) return
    const { job } = await target.submit('idle')
    await target.cancel(job)
    const canceled = await target.reaches(job, 'canceled')
    expectEqual(target.get(canceled, 'startedAt'), undefined, 'startedAt of a job canceled before it started')
    expectInOrder(target, canceled, ['createdAt', 'finishedAt', 'updatedAt'], 'a canceled job')
  },
}

type Time = 'createdAt' | 'startedAt' | 'finishedAt' | 'updatedAt'

function timeOf(target: Target, document: Document, name: Time): number {
  const value = target.get(document, name)
  const valid = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
  expect(valid && !Number.isNaN(Date.parse(value)), `${name} is ${String(value)}, not a time with Z`)
  return Date.parse(value)
}

function expectInOrder(target: Target, document: Document, names: readonly Time[], what: string): void {
  const given = names.map((name) => timeOf(target, document, name))
  const ordered = given.every((time, index) => index === 0 || time >= (given[index - 1] ?? Infinity))
  expect(ordered, `of ${what}, ${names.join(' <= ')} does not hold: ${JSON.stringify(document)}`)
}

const success: Row = {
  id: 'POL-05',
  title: 'A job that completed has its result or a link to it, and no error',
  level: 'S',
  source: 'AIP Operation (exactly one of error, response)',
  async check(target) {
    const { submitted, last } = await lifeOf(target, 'ok')
    expectEqual(last.status, 'completed', 'the end of ok')
    expectEqual(last.answer.status, 200, 'the answer to a poll of a completed job')
    expectEqual(target.get(last.document, 'error'), undefined, 'error of a completed job')
    if (target.get(last.document, 'result') !== undefined) return
    const result = await target.ask(target.link(last.document, 'resultLink', submitted.job))
    expectEqual(result.status, 200, 'the answer at the link to the result, which the document does not hold,')
  },
}

function expectAbsent(target: Target, document: Document, name: 'result' | 'error', status?: string): void {
  expectEqual(target.get(document, name), undefined, `${name} of a job that is ${status}`)
}

export const pollRows: readonly Row[] = [
  answeredWhileUnfinished,
  wellFormed,
  times,
  success,
  ...courseRows,
  ...failureRows,
  ...addressRows,
]
