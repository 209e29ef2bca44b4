/** CON: validators, and what If-None-Match makes of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { etagOf, expectNotModified, strongEtagOf } from '../entity-tag.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { retryAfterOf } from '../header-fields.ts'
import { completedJob, lifeOf } from '../life.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import { askOnWire } from '../wire.ts'
import { cachingRows } from './con-caching.ts'
import { preconditionRows } from './con-preconditions.ts'

const strongTag: Row = {
  id: 'CON-01',
  title: 'A job document has a strong ETag',
  level: 'S',
  source: '9110 s15.3.1, s8.8.3.1 SHOULD; s8.8.3',
  needs: { feature: 'conditional' },
  async check(target) {
    const job = await completedJob(target)
    strongEtagOf(await target.ask(job), 'the document of an ended job')
    if (target.profile.fixtures.idle)
      strongEtagOf(await target.ask((await target.submit('idle')).job), 'the document of a waiting job')
  },
}

const notModified: Row = {
  id: 'CON-02',
  title: 'Asked with its own ETag, a document is a 304 without content, with the fields of the 200',
  level: 'M',
  source: '9110 s13.1.2 MUST, s15.4.5 MUST',
  needs: { feature: 'conditional' },
  async check(target) {
    const job = await completedJob(target)
    const full = await target.ask(job)
    const tag = etagOf(full, 'the job document')
    const answer = await askOnWire(target, job, 'GET', { 'If-None-Match': tag })
    expectNotModified(answer, full, 'GET with If-None-Match')
    expectEqual(answer.rest.length, 0, 'the length of what follows the 304')
    const head = await askOnWire(target, job, 'HEAD', { 'If-None-Match': tag })
    expectNotModified(head, full, 'HEAD with If-None-Match')
  },
}

const comparison: Row = {
  id: 'CON-03',
  title: 'If-None-Match compares weakly, takes lists, and * stands for anything there is',
  level: 'M',
  source: '9110 s13.1.2 (weak comparison MUST; list; star)',
  needs: { feature: 'conditional' },
  async check(target) {
    const job = await completedJob(target)
    const full = await target.ask(job)
    const tag = etagOf(full, 'the job document')
    const opaque = tag.replace(/^W\//, '')
    for (const value of [`W/${opaque}`, `"nothing", ${tag}`, `${tag},"a, b"`, `"x" ,\tW/${opaque}`, '*']) {
      const answer = await target.ask(job, { headers: { 'If-None-Match': value } })
      expectNotModified(answer, full, `GET with If-None-Match: ${value}`)
    }
    const twoLines = await target.ask(job, { headers: { 'If-None-Match': ['"nothing"', tag] } })
    expectNotModified(twoLines, full, 'GET with two If-None-Match lines')
    const other = await target.ask(job, { headers: { 'If-None-Match': `"nothing", W/"else"` } })
    expectEqual(other.status, 200, 'the answer to If-None-Match with tags it never had')
  },
}

const whenToAskAgain: Row = {
  id: 'CON-04',
  title: 'The 304 of an unfinished job says when to ask again',
  level: 'C',
  source: '9110 s10.2.3, s15.4.5',
  needs: { fixtures: ['idle'], feature: 'conditional' },
  async check(target) {
    const { job } = await target.submit('idle')
    const seconds = retryAfterOf(await askAgain(target, job))
    expect(seconds >= 1, `Retry-After of the 304 is ${seconds}`)
    const ended = await askAgain(target, await completedJob(target))
    expectEqual(ended.headers['retry-after'], undefined, 'Retry-After of the 304 of an ended job')
  },
}

async function askAgain(target: Target, job: URL): Promise<Answer> {
  const tag = etagOf(await target.ask(job), 'the job document')
  const answer = await target.ask(job, { headers: { 'If-None-Match': tag } })
  expectEqual(answer.status, 304, 'the answer to the current ETag of a job that does not change')
  return answer
}

const validators: Row = {
  id: 'CON-05',
  title: 'Equal ETags mean equal bytes, over a whole life',
  level: 'M',
  source: '9110 s8.8.1 (strong validator)',
  needs: { fixtures: ['slow'], feature: 'conditional' },
  async check(target) {
    const bodies = new Map<string, string>()
    const { polls } = await lifeOf(target, 'slow')
    for (const { answer } of polls) {
      const tag = etagOf(answer, 'the job document')
      const before = bodies.get(tag) ?? answer.text
      expect(before === answer.text, `two documents have the ETag ${tag}: ${before} and ${answer.text}`)
      bodies.set(tag, answer.text)
    }
    const distinct = new Set(polls.map(({ answer }) => answer.text)).size
    expect(distinct >= 2, 'slow had the same document at each poll')
    return `${bodies.size} ETags, ${distinct} documents, ${polls.length} polls`
  },
}

const noClock: Row = {
  id: 'CON-06',
  title: 'A document does not change while nothing happens to its job',
  level: 'C',
  source: '9110 s8.8.1; enables X5(a)',
  needs: { fixtures: ['idle'], feature: 'conditional' },
  async check(target) {
    const { job } = await target.submit('idle')
    const first = await target.ask(job)
    await sleep(2000)
    const second = await target.ask(job)
    expectEqual(second.text, first.text, 'the document 2 s later')
    expectEqual(etagOf(second, 'the document 2 s later'), etagOf(first, 'the document'), 'ETag 2 s later')
  },
}

export const conditionalRows: readonly Row[] = [
  strongTag,
  notModified,
  comparison,
  whenToAskAgain,
  validators,
  noClock,
  ...cachingRows,
  ...preconditionRows,
]
