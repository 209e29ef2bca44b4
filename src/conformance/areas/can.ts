/** CAN: cancel. */
import { randomUUID } from 'node:crypto'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { retryAfterOf } from '../header-fields.ts'
import { expectReplayOf } from '../idempotency.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'
import { cancelOf, raceRow } from './can-race.ts'
import { retentionRows } from './can-retention.ts'

const pendingJob: Row = {
  id: 'CAN-01',
  title: 'A job that has not started is canceled at once',
  level: 'C',
  source: 'AZ Considerations (200 + monitor); X11',
  needs: { fixtures: ['idle'], feature: 'cancel' },
  async check(target) {
    const { job } = await target.submit('idle')
    const before = await target.read(job)
    const answer = await target.cancel(job)
    const said = `cancel of a pending job was answered ${answer.status}`
    expect(answer.status === 200 || answer.status === 202, `${said}: ${answer.text.slice(0, 160)}`)
    if (answer.status === 200) expectCanceled(target, answer.json(), said)
    const after = await target.reaches(job, 'canceled')
    expectCanceled(target, after, 'the document of the canceled job')
    expectEqual(target.get(after, 'id'), target.get(before, 'id'), 'the id of the canceled job')
    if (answer.status === 200) expectEqual(answer.json(), after, 'the document that the cancel answered with')
  },
}

function expectCanceled(target: Target, document: Document, what: string): void {
  expectEqual(target.statusOf(document), 'canceled', `the status where ${what}`)
  expectEqual(target.get(document, 'done'), true, `done where ${what}`)
  expectEqual(target.get(document, 'cancelLink'), undefined, `the link to cancel where ${what}`)
}

const runningJob: Row = {
  id: 'CAN-02',
  title: 'Cancelling a running job is itself accepted, and leads to canceled or completed',
  level: 'C',
  source: 'AIP CancelOperation best effort; 9110 s15.3.3',
  needs: { fixtures: ['slow'], feature: 'cancel' },
  async check(target) {
    const { job } = await target.submit('slow')
    await target.reaches(job, 'running')
    const answer = await target.cancel(job)
    expectEqual(answer.status, 202, 'the answer to the cancel of a running job')
    expectEqual(target.locationOf(answer).href, job.href, 'Location of the 202 to a cancel')
    expect(retryAfterOf(answer) >= 1, 'Retry-After of the 202 to a cancel is 0')
    expectEqual(
      target.get(answer.json(), 'id'),
      target.get(await target.read(job), 'id'),
      'the id in the 202',
    )
    const status = target.statusOf(await target.ends(job))
    expect(status === 'canceled' || status === 'completed', `the canceled job ended ${status}`)
    return `ended ${status}`
  },
}

const endedJobs: Row = {
  id: 'CAN-03',
  title: 'To cancel again is to be told the same; what ended otherwise cannot be canceled',
  level: 'C',
  source: '9110 s15.5.10',
  needs: { fixtures: ['idle', 'fail'], feature: 'cancel' },
  async check(target) {
    const waiting = await target.submit('idle')
    await cancelOf(target, waiting)
    await target.reaches(waiting.job, 'canceled')
    const canceled = await target.ask(waiting.job)
    const again = await cancelOf(target, waiting)
    expectEqual(again.status, 200, 'the answer to the second cancel')
    expectEqual(again.json(), canceled.json(), 'the document that the second cancel answered with')
    expectUnchanged(await target.ask(waiting.job), canceled)
    for (const name of ['ok', 'fail'] as const) {
      const ended = await target.submit(name)
      await target.ends(ended.job)
      const before = await target.ask(ended.job)
      const refused = await cancelOf(target, ended)
      expectProblem(refused, 409, 'job-already-terminal')
      expectUnchanged(await target.ask(ended.job), before)
    }
  },
}

function expectUnchanged(after: Answer, before: Answer): void {
  expectEqual(after.text, before.text, 'the document after a cancel that changes nothing')
  expectEqual(after.headers['etag'], before.headers['etag'], 'ETag after a cancel that changes nothing')
}

const nothingComesOfIt: Row = {
  id: 'CAN-05',
  title: 'A canceled job has no result, and its key leads to it still',
  level: 'C',
  source: 'X3',
  needs: { fixtures: ['idle'], feature: 'cancel' },
  async check(target) {
    const { features } = target.profile
    const headers = { 'Idempotency-Key': `"${randomUUID()}"` }
    const first = await target.submit('idle', { headers })
    await cancelOf(target, first)
    const document = await target.reaches(first.job, 'canceled')
    expectEqual(target.get(document, 'result'), undefined, 'the result of a canceled job')
    if (features.includes('result')) {
      const result = await target.ask(target.link(document, 'resultLink', first.job))
      expectProblem(result, 404, 'result-not-available')
    }
    if (!features.includes('idempotency')) return
    const replay = await target.submit('idle', { headers, unique: first.unique })
    expectReplayOf(first.answer, replay.answer, 'the key of a canceled job')
    expectEqual(replay.document, document, 'the document where the key of a canceled job is used again')
    expectEqual(replay.answer.headers['retry-after'], undefined, 'Retry-After of a canceled job')
  },
}

export const cancelRows: readonly Row[] = [
  pendingJob,
  runningJob,
  endedJobs,
  raceRow,
  nothingComesOfIt,
  ...retentionRows,
]
