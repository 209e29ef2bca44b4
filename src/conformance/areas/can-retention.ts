/** CAN: how long a job is kept, and what is left of it then. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { isImfFixdate } from '../http-date.ts'
import { lifeOf } from '../life.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'

const deleted: Row = {
  id: 'CAN-06',
  title: 'A job that has ended can be deleted, once, and is gone then',
  level: 'S',
  source: '9110 s9.3.5 SHOULD 204, s15.5.11, s9.2.2; GRAPH tombstone',
  needs: { feature: 'delete' },
  async check(target) {
    const { job } = await target.submit('ok')
    const document = await target.ends(job)
    const answer = await target.ask(job, { method: 'DELETE' })
    expectEqual(answer.status, 204, 'the answer to DELETE of an ended job')
    expectEqual(answer.bytes.length, 0, 'the length of the content of a 204')
    const again = await target.ask(job, { method: 'DELETE' })
    expectProblem(again, [410, 404], 'job-expired', 'job-not-found')
    const read = await target.ask(job)
    expectProblem(read, [410, 404], 'job-expired', 'job-not-found')
    if (!target.profile.features.includes('result')) return
    const result = await target.ask(target.link(document, 'resultLink', job))
    expectProblem(result, [410, 404], 'job-expired', 'job-not-found')
    return `DELETE again: ${again.status}, GET: ${read.status}`
  },
}

const notYet: Row = {
  id: 'CAN-07',
  title: 'A job that has not ended is not deleted but goes on, and the refusal says how to cancel it',
  level: 'C',
  source: 'X11',
  needs: { fixtures: ['slow'], feature: 'delete' },
  async check(target) {
    const { job } = await target.submit('slow')
    const running = await target.reaches(job, 'running')
    const refused = await target.ask(job, { method: 'DELETE' })
    expectProblem(refused, 409, 'job-not-terminal')
    const cancel = target.get(running, 'cancelLink')
    expect(
      typeof cancel === 'string' && `${refused.text} ${refused.headers['link']}`.includes(cancel),
      `the refusal does not name ${String(cancel)}: ${refused.text}`,
    )
    const after = target.statusOf(await target.read(job))
    expect(after === 'running' || after === 'completed', `the job that was not deleted is ${after}`)
    const ended = target.statusOf(await target.ends(job))
    expectEqual(ended, 'completed', 'the end of the job that was not deleted')
  },
}

const A_DAY_SECONDS = 86_400

const kept: Row = {
  id: 'CAN-08',
  title: 'A job is kept for a day or more after its end, and says until when',
  level: 'S',
  source: 'AZ lro-status-monitor-retention; GRAPH',
  async check(target) {
    for (const document of await endedDocuments(target)) {
      const [finished, expires] = [
        timeOf(target, document, 'finishedAt'),
        timeOf(target, document, 'expiresAt'),
      ]
      const seconds = (expires - finished) / 1000
      expect(seconds >= A_DAY_SECONDS, `expiresAt is ${seconds} s after finishedAt, not a day`)
    }
  },
}

const sunset: Row = {
  id: 'CAN-09',
  title: 'Sunset says when an ended job will be gone',
  level: 'C',
  source: '8594 s3; 9111 s5.3; X13',
  async check(target) {
    const names = target.profile.fixtures.fail ? (['ok', 'fail'] as const) : (['ok'] as const)
    for (const name of names) {
      const { answer, document } = (await lifeOf(target, name)).last
      const value = answer.headers['sunset'] ?? ''
      expect(isImfFixdate(value), `Sunset is "${value}", not an IMF-fixdate`)
      const expires = timeOf(target, document, 'expiresAt')
      // The header has whole seconds.
      expect(
        Math.abs(Date.parse(value) - expires) < 1000,
        `Sunset is ${value}, and expiresAt ${new Date(expires).toISOString()}`,
      )
      expect(Date.parse(value) > Date.now(), `Sunset is ${value}, which is past`)
      expectEqual(answer.headers['expires'], undefined, 'Expires of the document of an ended job')
    }
  },
}

const expired: Row = {
  id: 'CAN-10',
  title: 'After its time a job is gone, and that it was there is said for a while',
  level: 'C',
  source: '9110 s15.5.11; OData 410 or 404',
  needs: { fixtures: ['brief'] },
  async check(target) {
    const { job } = await target.submit('brief')
    const polls = await pollWhile(target, job, 200, 30)
    const document = polls.findLast(({ status }) => status === 200)?.json() ?? {}
    const expires = timeOf(target, document, 'expiresAt')
    const late = polls.find(({ status, headers }) => status === 200 && dateOf(headers) > expires + LATE_MS)
    expect(
      !late,
      `the document was still there ${late?.headers['date']}; it expired ${new Date(expires).toISOString()}`,
    )

    const gone = polls.at(-1) as Answer
    expectProblem(gone, 410, 'job-expired')
    const early = dateOf(gone.headers) + LATE_MS < expires
    expect(!early, `gone at ${gone.headers['date']}, before ${new Date(expires).toISOString()}`)
    const { briefTombstoneSeconds } = target.profile.limits
    if (briefTombstoneSeconds === undefined) return 'that the 410 becomes a 404 in the end was not waited for'
    const forgotten = await pollWhile(target, job, 410, briefTombstoneSeconds + 5)
    expectProblem(forgotten.at(-1) as Answer, 404, 'job-not-found')
    return undefined
  },
}

// The Date field has whole seconds.
const LATE_MS = 1000

function dateOf(headers: Answer['headers']): number {
  return Date.parse(headers['date'] ?? '')
}

/** Polls until the answer is another, which is the last of those returned. */
async function pollWhile(target: Target, job: URL, status: number, seconds: number): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const end = Date.now() + seconds * 1000; ; await sleep(100)) {
    const answer = await target.ask(job)
    answers.push(answer)
    if (answer.status !== status) return answers
    expect(Date.now() < end, `${job.pathname} was answered ${status} for ${seconds} s`)
  }
}

async function endedDocuments(target: Target): Promise<Document[]> {
  const names = target.profile.fixtures.fail ? (['ok', 'fail'] as const) : (['ok'] as const)
  const documents = await Promise.all(names.map(async (name) => (await lifeOf(target, name)).last.document))
  if (!target.profile.fixtures.idle || !target.profile.features.includes('cancel')) return documents
  const { job } = await target.submit('idle')
  await target.cancel(job)
  return [...documents, await target.reaches(job, 'canceled')]
}

function timeOf(target: Target, document: Document, name: 'finishedAt' | 'expiresAt'): number {
  const time = Date.parse(String(target.get(document, name)))
  expect(!Number.isNaN(time), `${name} of an ended job is ${String(target.get(document, name))}`)
  return time
}

export const retentionRows: readonly Row[] = [deleted, notYet, kept, sunset, expired]
