/** What holds of every event stream. */
import { isDeepStrictEqual } from 'node:util'
import {
  documentIn,
  openEventStream,
  streamHeaders,
  type EventStream,
  type StreamOptions,
} from '../event-stream.ts'
import type { StreamEvent } from '../event-stream-parser.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { cacheDirectives } from '../header-fields.ts'
import { isTerminal, type Document, type Submitted, type Target } from '../target.ts'

/** For what comes at once, of rows that are not about time. */
export const SOON_MS = 5000

/** For slow to end. */
export const LIFE_MS = 40_000

export function streamOf(
  target: Target,
  { job, document }: Submitted,
  lastEventId?: string,
): Promise<EventStream> {
  const url = target.link(document, 'eventsLink', job)
  return openEventStream(target, url, { lastEventId })
}

/** Whole, for which there must be an end to it: a stream where none should be may have none. */
export async function answerWithoutStream(target: Target, url: URL, options: StreamOptions): Promise<Answer> {
  const { as = 'a', lastEventId = 'none' } = options
  const stream = await openEventStream(target, url, options)
  stream.drop()
  expect(stream.answer.status !== 200, `caller ${as} (Last-Event-ID: ${lastEventId}) was given a stream`)
  return target.ask(url, { as, headers: streamHeaders(options) })
}

export function expectStream({ answer }: EventStream): void {
  const { status, headers } = answer
  expectEqual(status, 200, 'the status of the stream')
  const [mediaType, ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim())
  expectEqual(mediaType?.toLowerCase(), 'text/event-stream', 'the Content-Type of the stream')
  for (const parameter of parameters) expectEqual(parameter.toLowerCase(), 'charset=utf-8', 'its parameter')
  const stored = `the stream may be stored: Cache-Control is ${headers['cache-control']}`
  expect(cacheDirectives(answer).has('no-store'), stored)
}

export function expectCurrent(event: StreamEvent, document: Document): void {
  expect(
    isDeepStrictEqual(documentIn(event), document),
    `the event is not the current document: ${event.data.slice(0, 300)} and ${JSON.stringify(document).slice(0, 300)}`,
  )
}

export function expectGrowingIds({ events, ids }: EventStream, after?: string): void {
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
export async function expectEnd(target: Target, stream: EventStream, job: URL): Promise<void> {
  const documents = stream.events.map(documentIn)
  const isEnd = documents.map((document) => isTerminal(target.statusOf(document)))
  const statuses = documents.map((document) => target.statusOf(document) ?? 'no status').join(', ')
  expect(isEnd.at(-1) === true && isEnd.indexOf(true) === isEnd.length - 1, `the events are ${statuses}`)
  expectCurrent(stream.events.at(-1) as StreamEvent, await target.read(job))
  const lingered = (stream.closedAt() ?? Infinity) - (stream.events.at(-1)?.at ?? 0)
  expect(lingered <= SOON_MS, `the server closed ${lingered} ms after the terminal event, not at once`)
}
