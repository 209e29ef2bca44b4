/** POL: how the document changes over a job's life, and that it does not after it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, expectEqual } from '../expect.ts'
import { retryAfterOf } from '../header-fields.ts'
import { lifeOf, pollOnce, type Life, type Poll } from '../life.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const retryAfter: Row = {
  id: 'POL-02',
  title: 'Every document of an unfinished job has a Retry-After, and none of an ended one',
  level: 'S',
  source: 'AZ lro-status-monitor-retry-after; seeds',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const { polls, last } = await lifeOf(target, 'slow')
    const again = await target.ask(last.answer.url)
    expect(polls.length > 1, 'slow had ended at the first poll')
    for (const { answer, status, done } of polls) {
      if (done)
        expectEqual(answer.headers['retry-after'], undefined, `Retry-After of a job that is ${status}`)
      else expect(retryAfterOf(answer) >= 1, `Retry-After while ${status} is 0`)
    }
    expectEqual(again.headers['retry-after'], undefined, 'Retry-After of a job that has ended, asked again')
  },
}

const onlyForward: Row = {
  id: 'POL-08',
  title: 'A job that has ended is the same in every later poll, and none comes back from its end',
  level: 'C',
  source: 'monotonic state, AZ terminal values',
  needs: { fixtures: ['slow', 'flaky'] },
  async check(target) {
    const lives = await Promise.all((['slow', 'flaky'] as const).map((name) => lifeOf(target, name)))
    for (const life of lives) expectForward(target, life)
    await Promise.all(lives.map((life) => expectSettled(target, life)))
    return lives.map(({ polls }) => movesOf(polls)).join('; ')
  },
}

function expectForward(target: Target, { polls }: Life): void {
  for (const { status, document } of polls)
    expect(status !== undefined, `a job had the status ${String(target.get(document, 'status'))}`)
  const attempts = polls.map(({ document }) => Number(target.get(document, 'attempt') ?? 0))
  const fellBack = attempts.some((attempt, index) => attempt < (attempts[index - 1] ?? 0))
  expect(!fellBack, `attempt went back: ${attempts.join(', ')}`)
}

async function expectSettled(target: Target, { submitted, last }: Life): Promise<void> {
  for (let poll = 1; poll <= 10; poll++) {
    await sleep(1000)
    const { answer } = await pollOnce(target, submitted.job)
    const what = `${poll} s after the end`
    expect(answer.bytes.equals(last.answer.bytes), `the document is another ${what}: ${answer.text}`)
    expectEqual(answer.headers['etag'], last.answer.headers['etag'], `ETag ${what}`)
  }
}

const progress: Row = {
  id: 'POL-09',
  title: 'Progress is a whole percentage that only grows within an attempt, and 100 only at the end',
  level: 'C',
  source: 'OGC statusInfo.progress 0..100',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const reached = new Map<unknown, number>()
    const seen = new Set<number>()
    for (const { document, status } of (await lifeOf(target, 'slow')).polls) {
      const value = target.get(document, 'progress')
      if (value === undefined) continue
      const percentage = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100
      expect(percentage, `progress is ${JSON.stringify(value)}, not a whole number from 0 to 100`)
      const [attempt, now] = [target.get(document, 'attempt'), Number(value)]
      const before = reached.get(attempt) ?? 0
      expect(now >= before, `progress fell from ${before} to ${now} within attempt ${String(attempt)}`)
      expect(now < 100 || status === 'completed', `progress is 100 while the job is ${status}`)
      reached.set(attempt, now)
      seen.add(now)
    }
    expect(seen.size >= 3, `slow reported ${seen.size} different values of progress, not 3 or more`)
  },
}

const transientFailures: Row = {
  id: 'POL-10',
  title: 'Failures that are tried again never show as failed',
  level: 'C',
  source: 'AIP-151 (non-terminal errors stay in metadata)',
  needs: { fixtures: ['flaky'] },
  async check(target) {
    const { polls, last } = await lifeOf(target, 'flaky')
    expect(!polls.some(({ status }) => status === 'failed'), `flaky was seen failed: ${movesOf(polls)}`)
    expectEqual(last.status, 'completed', 'the end of flaky')
    expectEqual(target.get(last.document, 'attempt'), 3, 'the last attempt of flaky')
  },
}

function movesOf(polls: readonly Poll[]): string {
  const statuses = polls.map(({ status }) => status)
  return statuses.filter((status, index) => status !== statuses[index - 1]).join(' → ')
}

export const courseRows: readonly Row[] = [retryAfter, onlyForward, progress, transientFailures]
