/** SSE: the event stream of a job. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { documentIn, openEventStream, type EventStream } from '../event-stream.ts'
import type { StreamEvent } from '../event-stream-parser.ts'
import { cacheDirectives } from '../header-fields.ts'
import { expectInTime, inTime } from '../in-time.ts'
import { expectProblem } from '../problem.ts'
import { expect, expectEqual, type Row } from '../row.ts'
import { isTerminal, type Document, type Submitted, type Target } from '../target.ts'

const FIRST_EVENT_MS = 1000
/** For what comes at once, of rows that are not about time. */
const SOON_MS = 5000
/** For slow to end. */
const LIFE_MS = 40_000
const IDLE_MS = 40_000
/** 15 s, and what a busy machine may be late by. */
const COMMENT_EVERY_MS = 16_000

export const eventRows: readonly Row[] = [
  {
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
  },
  {
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
  },
  {
    id: 'SSE-03',
    title: 'A stream that is taken up again goes on after the last event seen, and nothing is lost',
    level: 'S',
    source: 'WHATWG HTML §9.2.4',
    needs: { feature: 'sse', fixtures: ['slow', 'idle', 'ok'] },
    async check(target) {
      await Promise.all([goesOn(target), endsWhileAway(target), repeatsNothing(target)])
    },
  },
  {
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
      const again = await target.ask(url, { headers: { Accept: 'text/event-stream', 'Last-Event-ID': id } })
      expectEqual(again.status, 204, `the status after the terminal event (Last-Event-ID: ${id})`)
      expectEqual(again.text, '', 'the content of the 204')
    },
  },
  {
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
  },
  {
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
      const headers = { Accept: 'text/event-stream' }
      expectProblem(await target.ask(url, { as: 'b', headers }), 404, 'job-not-found')
      const callers = target.profile.auth.bad ? (['none', 'bad'] as const) : (['none'] as const)
      for (const as of callers) {
        const refused = await target.ask(url, { as, headers })
        expectProblem(refused, 401, 'unauthorized')
        expect(refused.headers['www-authenticate'] !== undefined, 'the 401 has no WWW-Authenticate')
      }
    },
  },
]

function streamOf(target: Target, { job, document }: Submitted, lastEventId?: string): Promise<EventStream> {
  const url = target.link(document, 'eventsLink', job)
  return openEventStream(target, url, lastEventId === undefined ? {} : { lastEventId })
}

function expectStream({ answer }: EventStream): void {
  const { status, headers } = answer
  expectEqual(status, 200, 'the status of the stream')
  const [mediaType, ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim())
  expectEqual(mediaType?.toLowerCase(), 'text/event-stream', 'the Content-Type of the stream')
  for (const parameter of parameters) expectEqual(parameter.toLowerCase(), 'charset=utf-8', 'its parameter')
  const stored = `the stream may be stored: Cache-Control is ${headers['cache-control']}`
  expect(cacheDirectives(answer).has('no-store'), stored)
}

function expectCurrent(event: StreamEvent, document: Document): void {
  expect(
    isDeepStrictEqual(documentIn(event), document),
    `the event is not the current document: ${event.data.slice(0, 300)} and ${JSON.stringify(document).slice(0, 300)}`,
  )
}

function expectGrowingIds({ events, ids }: EventStream, after?: string): void {
  expect(!ids.some((id) => id.includes('\0')), 'an id holds a NUL, which makes a browser ignore it')
  expect(ids.length >= events.length, `${events.length} events came with only ${ids.length} ids`)
  let last = after
  for (const { id } of events) {
    expect(id !== '', 'an event has no id')
    expect(last === undefined || isLater(id, last), `the id ${id} came after ${last}`)
    last = id
  }
}

/** As numbers where both are. */
function isLater(id: string, than: string): boolean {
  const numbers = /^\d+$/.test(id) && /^\d+$/.test(than)
  return numbers ? BigInt(id) > BigInt(than) : id > than
}

/** Only the last event is terminal, and it is what the job is now; the stream was closed soon after it. */
async function expectEnd(target: Target, stream: EventStream, job: URL): Promise<void> {
  const documents = stream.events.map(documentIn)
  const isEnd = documents.map((document) => isTerminal(target.statusOf(document)))
  const statuses = documents.map((document) => target.statusOf(document) ?? 'no status').join(', ')
  expect(isEnd.at(-1) === true && isEnd.indexOf(true) === isEnd.length - 1, `the events are ${statuses}`)
  expectCurrent(stream.events.at(-1) as StreamEvent, await target.read(job))
  const lingered = (stream.closedAt() ?? Infinity) - (stream.events.at(-1)?.at ?? 0)
  expect(lingered <= SOON_MS, `the server closed ${lingered} ms after the terminal event, not at once`)
}

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
