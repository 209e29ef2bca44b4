/** CON: requests that count only if a job is as they expect. */
import { strongEtagOf } from '../entity-tag.ts'
import { expect, expectEqual } from '../expect.ts'
import { completedJob } from '../life.ts'
import { unknownLike } from '../other-job.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const preconditions: Row = {
  id: 'CON-10',
  title: 'If-Match is compared strongly, and what does not match changes nothing',
  level: 'M',
  source: '9110 s13.1.1 (MUST NOT perform; strong comparison MUST)',
  needs: { fixtures: ['idle'], feature: 'conditional' },
  async check(target) {
    const { features } = target.profile
    const waiting = await target.submit('idle')
    if (features.includes('cancel')) {
      const cancel = target.link(await target.read(waiting.job), 'cancelLink', waiting.job)
      await expectGuarded(target, waiting.job, cancel, 'POST')
      await target.reaches(waiting.job, 'canceled')
    }
    if (features.includes('delete')) {
      const ended = await completedJob(target)
      await expectGuarded(target, ended, ended, 'DELETE')
      const { status } = await target.ask(ended)
      expect(status === 404 || status === 410, `GET after DELETE was answered ${status}`)
    }
  },
}

async function expectGuarded(target: Target, job: URL, at: URL, method: string): Promise<void> {
  const before = await target.ask(job)
  const tag = strongEtagOf(before, 'the job document')
  for (const value of ['"something-else"', `W/${tag}`, `"a", W/${tag}`]) {
    const refused = await target.ask(at, { method, headers: { 'If-Match': value } })
    expectProblem(refused, 412, 'precondition-failed')
    const after = await target.ask(job)
    expectEqual(after.text, before.text, `the document after ${method} with If-Match: ${value}`)
  }
  const done = await target.ask(at, { method, headers: { 'If-Match': tag } })
  const fine = done.status >= 200 && done.status < 300
  expect(fine, `${method} with the current ETag was answered ${done.status}: ${done.text.slice(0, 160)}`)
}

const nothingToMatch: Row = {
  id: 'CON-11',
  title: 'A job that is not there is a 404, whatever the request makes conditional',
  level: 'M',
  source: '9110 s13.2.1 (ignore preconditions when the answer is neither 2xx nor 412)',
  async check(target) {
    const { job } = await target.submit('ok')
    const unknown = unknownLike(job)
    expectProblem(await target.ask(unknown, { headers: { 'If-None-Match': '*' } }), 404, 'job-not-found')
    expectProblem(await target.ask(unknown, { headers: { 'If-Match': '"x"' } }), 404, 'job-not-found')
  },
}

const dates: Row = {
  id: 'CON-12',
  title: 'Beside If-None-Match a date counts for nothing',
  level: 'M',
  source: '9110 s13.1.3, s13.2.2, s8.8.2.1',
  async check(target) {
    const job = await completedJob(target)
    const inAYear = new Date(Date.now() + 365 * 86_400_000).toUTCString()
    const headers = { 'If-None-Match': '"no-match"', 'If-Modified-Since': inAYear }
    const addresses = [job]
    if (target.profile.features.includes('result'))
      addresses.push(target.link(await target.read(job), 'resultLink', job))
    for (const address of addresses) {
      const answer = await target.ask(address, { headers })
      expectEqual(answer.status, 200, 'the answer to a tag that does not match and a date to come')
      expect(answer.bytes.length > 0, 'the 200 has no content')
      const [modified, date] = [answer.headers['last-modified'], answer.headers['date']]
      if (modified !== undefined)
        expect(
          Date.parse(modified) <= Date.parse(date ?? ''),
          `Last-Modified is ${modified}, after Date: ${date}`,
        )
    }
  },
}

export const preconditionRows: readonly Row[] = [preconditions, nothingToMatch, dates]
