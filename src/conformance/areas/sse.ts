/** SSE: the event stream of a job. */
import { setTimeout as sleep } from 'node:timers/promises'
import { documentIn } from '../event-stream.ts'
import type { StreamEvent } from '../event-stream-parser.ts'
import { expect } from '../expect.ts'
import { expectInTime, inTime } from '../in-time.ts'
import type { Row } from '../row.ts'
import { expectCurrent, expectEnd, expectGrowingIds, expectStream, LIFE_MS, streamOf } from './sse-checks.ts'
import { resumeRows } from './sse-resume.ts'

const FIRST_EVENT_MS = 1000
const IDLE_MS = 40_000
/** 15 s, and what a busy machine may be late by. */
const COMMENT_EVERY_MS = 16_000

const begins: Row = {
  id: 'SSE-01',
  title: 'The stream begins at once, with the document as it stands',
  level: 'M',
  source: 'WHATWG HTML §9.2.5, §9.2.7',
  needs: { feature: 'sse', fixtures: ['idle'] },
  check: (target) =>
    inTime(async () => {
      const submitted = await target.submit('idle')
      const stream = await streamOf(target, submitted)
      try {
        expectStream(stream)
        const first = await stream.event(0, FIRST_EVENT_MS)
        expectCurrent(first, await target.read(submitted.job))
        expectInTime(first.at - stream.askedAt, FIRST_EVENT_MS, 'the first event')
      } finally {
        stream.drop()
      }
    }),
}

const whole: Row = {
  id: 'SSE-02',
  title: 'Events have growing ids and whole documents; the last is the end, and the server closes',
  level: 'C',
  source: 'WHATWG HTML §9.2.6',
  needs: { feature: 'sse', fixtures: ['slow'] },
  async check(target) {
    const submitted = await target.submit('slow')
    const stream = await streamOf(target, submitted)
    expectStream(stream)
    await stream.closed(LIFE_MS)
    const { events } = stream
    // Some may be left out where many come at once, but not all of ten seconds.
    const isProgress = (event: StreamEvent) => typeof target.get(documentIn(event), 'progress') === 'number'
    expect(
      events.slice(0, -1).some(isProgress),
      `slow ran without progress in any of ${events.length} events`,
    )
    expectGrowingIds(stream)
    await expectEnd(target, stream, submitted.job)
    return `${events.length} events`
  },
}

const idle: Row = {
  id: 'SSE-05',
  title: 'An idle stream is kept open by a comment every 15 seconds',
  level: 'S',
  source: 'WHATWG HTML §9.2.6, §9.2.7',
  needs: { feature: 'sse', fixtures: ['idle'] },
  async check(target) {
    const stream = await streamOf(target, await target.submit('idle'))
    try {
      expectStream(stream)
      await sleep(IDLE_MS)
      expect(stream.closedAt() === undefined, 'the server closed the stream of a job that has not ended')
      const times = [stream.answer.receivedAt, ...stream.comments.map(({ at }) => at), Date.now()]
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
      const longest = Math.max(...gaps)
      expect(longest <= COMMENT_EVERY_MS, `there was no comment for ${longest} ms of 40 s, not every 15 s`)
      for (const retry of stream.retries)
        expect(/^[0-9]+$/.test(retry), `retry is "${retry}", not ASCII digits`)
    } finally {
      stream.drop()
    }
  },
}

export const eventRows: readonly Row[] = [
  begins,
  whole,
  resumeRows.resumed,
  resumeRows.ended,
  idle,
  resumeRows.owned,
]
