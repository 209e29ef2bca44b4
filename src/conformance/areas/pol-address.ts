/** POL: what else a job's address answers: to other ids, other methods, and how often one may ask. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, expectEqual } from '../expect.ts'
import { unknownLike, withLastSegment } from '../other-job.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import { isTerminal, type Target } from '../target.ts'
import { askOnWire } from '../wire.ts'

const unknownJob: Row = {
  id: 'POL-11',
  title: 'An unknown id and a malformed one are the same 404',
  level: 'S',
  source: '9110 s15.5.5; OGC no-such-job; X18',
  async check(target) {
    const { job } = await target.submit('ok')
    const [unknown, malformed] = await Promise.all([
      target.ask(unknownLike(job)),
      target.ask(withLastSegment(job, 'zzz')),
    ])
    expectProblem(unknown, 404, 'job-not-found')
    expectProblem(malformed, 404, 'job-not-found')
    const [one, other] = [unknown.json(), malformed.json()]
    expectEqual(Object.keys(other).toSorted(), Object.keys(one).toSorted(), 'the members for a malformed id')
    const members = Object.keys(one).filter((name) => name !== 'instance' && name !== 'detail')
    for (const name of members) expectEqual(other[name], one[name], `${name} for a malformed id`)
  },
}

const SAME_FOR_HEAD = ['etag', 'content-type', 'cache-control', 'vary'] as const

const head: Row = {
  id: 'POL-12',
  title: 'HEAD answers as GET does, without content',
  level: 'M',
  source: '9110 s9.3.2 MUST NOT content, SHOULD same fields',
  async check(target) {
    const ended = await target.submit('ok')
    await target.ends(ended.job)
    const jobs = [ended.job]
    if (target.profile.fixtures.idle) jobs.push((await target.submit('idle')).job)
    for (const job of jobs) await expectSameHead(target, job)
  },
}

async function expectSameHead(target: Target, job: URL): Promise<void> {
  const before = await target.ask(job)
  const answer = await askOnWire(target, job, 'HEAD')
  const after = await target.ask(job)
  expectEqual(answer.status, before.status, 'the status of HEAD')
  expectEqual(answer.rest.length, 0, 'the length of the content that HEAD was answered with')
  for (const name of SAME_FOR_HEAD) expectEqual(answer.headers[name], before.headers[name], `${name} on HEAD`)
  // It may count down from one request to the next.
  const waits = [before, answer, after].map(({ headers }) => headers['retry-after'])
  const [most = NaN, said = NaN, least = NaN] = waits.map(Number)
  const none = waits.every((wait) => wait === undefined)
  expect(none || (most >= said && said >= least), `Retry-After on GET, HEAD and GET is ${waits.join(', ')}`)
  const length = answer.headers['content-length']
  // RFC 9110 §8.6: left out, or that of the GET.
  if (length !== undefined) expectEqual(length, String(before.bytes.length), 'Content-Length on HEAD')
}

const methods: Row = {
  id: 'POL-13',
  title: 'A method that a job does not have is a 405, and those in its Allow work',
  level: 'M',
  source: '9110 s15.5.6 MUST, s10.2.1, s9.1 SHOULD',
  async check(target) {
    const { job } = await target.submit('ok')
    await target.ends(job)
    const promised = ['GET', 'HEAD', 'OPTIONS']
    if (target.profile.features.includes('delete')) promised.push('DELETE')
    const allowed = new Set<string>()
    for (const method of ['PUT', 'PATCH', 'PROPFIND']) {
      const answer = await target.ask(job, { method, ...(method === 'PROPFIND' ? {} : { body: {} }) })
      if (method === 'PROPFIND' && answer.status === 501) continue
      expectProblem(answer, 405, 'method-not-allowed')
      const allow = listed(answer.headers['allow'])
      const missing = promised.filter((name) => !allow.includes(name))
      expect(
        missing.length === 0,
        `Allow for ${method} is ${allow.join(', ')}, without ${missing.join(', ')}`,
      )
      expect(!allow.includes(method), `${method} was answered 405, and Allow names it`)
      for (const name of allow) allowed.add(name)
    }
    // DELETE last, as nothing works after it.
    const inTurn = [...allowed].toSorted((a, b) => Number(a === 'DELETE') - Number(b === 'DELETE'))
    for (const method of inTurn) await expectWorking(target, job, method)
    return `Allow: ${inTurn.join(', ')}`
  },
}

async function expectWorking(target: Target, job: URL, method: string): Promise<void> {
  const answer = await target.ask(job, { method })
  const known = ['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method)
  const works = known ? answer.status >= 200 && answer.status < 300 : ![405, 501].includes(answer.status)
  expect(works, `Allow names ${method}, and it was answered ${answer.status}`)
  if (method === 'OPTIONS')
    expect(listed(answer.headers['allow']).includes('GET'), 'OPTIONS was answered without an Allow with GET')
}

function listed(allow = ''): string[] {
  return allow.split(',').map((method) => method.trim())
}

const eagerPolls: Row = {
  id: 'POL-14',
  title: 'Asking sooner than Retry-After says is no error',
  level: 'C',
  source: '9110 s10.2.3 ("ought to wait"); FHIR allows 429 only for excess',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const { job } = await target.submit('slow')
    let tag: string | undefined
    let unfinished = 0
    for (let poll = 1; poll <= 20; poll++, await sleep(50)) {
      const conditional = poll % 2 === 0 && tag !== undefined
      const answer = await target.ask(job, conditional ? { headers: { 'If-None-Match': tag ?? '' } } : {})
      const expected = [target.profile.pollPending, ...(conditional ? [200, 304] : [200])]
      expect(
        expected.includes(answer.status),
        `poll ${poll} within a second was answered ${answer.status}: ${answer.text}`,
      )
      tag = answer.headers['etag'] ?? tag
      if (answer.headers['retry-after'] !== undefined) unfinished++
    }
    expect(unfinished > 0, 'none of the polls was told a Retry-After, so none came before it')
  },
}

const MOST_POLLS = 15

const obedientClient: Row = {
  id: 'POL-15',
  title: 'A client that obeys every Retry-After learns of the end soon, in few polls',
  level: 'C',
  source: 'seeds (value reflects expected duration)',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const began = performance.now()
    const { answer, job } = await target.submit('slow')
    const elapsed = () => (performance.now() - began) / 1000
    let [polls, latest] = [0, answer]
    while (polls === 0 || !isTerminal(target.statusOf(latest.json()))) {
      expect(polls < MOST_POLLS, `the job had not ended after ${MOST_POLLS} polls, ${elapsed()} s`)
      const wait = Number(latest.headers['retry-after'])
      expect(wait > 0 && elapsed() + wait < 60, `after ${elapsed()} s the client was told to wait ${wait} s`)
      await sleep(wait * 1000)
      latest = await target.ask(job)
      polls++
    }
    const seen = elapsed()
    const [created, finished] = (['createdAt', 'finishedAt'] as const).map((name) =>
      Date.parse(String(target.get(latest.json(), name))),
    )
    const took = ((finished ?? NaN) - (created ?? NaN)) / 1000
    const what = `took ${took} s, seen to have ended after ${seen.toFixed(1)} s, in ${polls} polls`
    expect(seen <= took + Math.max(5, took / 2), `the job ${what}`)
    return what
  },
}

export const addressRows: readonly Row[] = [unknownJob, head, methods, eagerPolls, obedientClient]
