/** A client of event streams that can be dropped at any time, and that knows when everything came. */
import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventStreamParser, type Parsed, type StreamEvent } from './event-stream-parser.ts'
import type { Answer } from './exchange.ts'
import { expect } from './expect.ts'
import { Late } from './in-time.ts'
import type { Document, SubmitOptions, Target } from './target.ts'

export interface EventStream extends Parsed {
  /** Its header; what came on it is not here. */
  readonly answer: Answer
  /** When it was asked for, as `at` of the events. */
  readonly askedAt: number
  /** When the server closed it, once it has. */
  closedAt(): number | undefined
  /** Waits for the event with this index. */
  event(index: number, withinMs: number): Promise<StreamEvent>
  /** Waits for the server to close it. */
  closed(withinMs: number): Promise<void>
  /** Hangs up. */
  drop(): void
}

export interface StreamOptions {
  readonly as?: NonNullable<SubmitOptions['as']>
  readonly lastEventId?: string | undefined
}

export function streamHeaders({ lastEventId }: StreamOptions): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
  }
}

/** Even for a server that keeps everything back until it is sure to be read. */
const BEGIN_MS = 10_000

/** As caller A, unless said otherwise. */
export function openEventStream(target: Target, url: URL, options: StreamOptions = {}): Promise<EventStream> {
  const headers = { ...target.credentials(url, options.as), ...streamHeaders(options) }
  const askedAt = Date.now()
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    // A connection of its own: it is to be cut without harm to anything else.
    const sent = client.get(url, { headers, agent: false }, (response) => {
      const answer = headerOf(url, response, askedAt)
      // A refusal has a body, which the rows that look over everything seen would miss in it.
      if (answer.status === 200) target.seen.push(answer)
      clearTimeout(patience)
      resolve(streamOf(answer, response, askedAt, () => sent.destroy()))
    })
    const patience = setTimeout(
      () => sent.destroy(new Late(`the stream of ${url.pathname} did not begin within ${BEGIN_MS / 1000} s`)),
      BEGIN_MS,
    )
    sent.on('error', (error) => {
      clearTimeout(patience)
      reject(error)
    })
  })
}

function streamOf(
  answer: Answer,
  response: http.IncomingMessage,
  askedAt: number,
  hangUp: () => void,
): EventStream {
  const where = `the stream of ${answer.url.pathname}`
  const parser = eventStreamParser()
  let closedAt: number | undefined
  let broken: Error | undefined
  let dropped = false
  response.on('data', (bytes: Buffer) => {
    try {
      parser.write(bytes)
    } catch (error) {
      broken ??= new Error(`${where} is not UTF-8`, { cause: error })
    }
  })
  response.on('end', () => (closedAt = Date.now()))
  response.on('error', (error) => {
    if (!dropped) broken ??= new Error(`${where} broke: ${error.message}`)
  })

  const until = async (what: string, withinMs: number, holds: () => boolean) => {
    for (const end = Date.now() + withinMs; !holds(); await sleep(5)) {
      if (broken) throw broken
      expect(closedAt === undefined, `${where} was closed before ${what}`)
      if (Date.now() > end) throw new Late(`${where}: ${what} took over ${withinMs / 1000} s`)
    }
  }
  return {
    ...parser.parsed,
    answer,
    askedAt,
    closedAt: () => closedAt,
    async event(index, withinMs) {
      await until(`event ${index + 1}`, withinMs, () => parser.parsed.events.length > index)
      if (broken) throw broken
      return parser.parsed.events[index] as StreamEvent
    },
    async closed(withinMs) {
      await until('its end', withinMs, () => closedAt !== undefined)
      if (broken) throw broken
    },
    drop() {
      dropped = true
      hangUp()
    },
  }
}

/** The document an event brings. */
export function documentIn(event: StreamEvent): Document {
  try {
    const value: unknown = JSON.parse(event.data)
    if (typeof value === 'object' && value !== null) return value as Document
  } catch {
    // said below
  }
  throw new Error(`the data of event ${event.id} are not a JSON object: ${event.data.slice(0, 80)}`)
}

function headerOf(url: URL, response: http.IncomingMessage, askedAt: number): Answer {
  const receivedAt = Date.now()
  const headers = Object.entries(response.headersDistinct)
  return {
    method: 'GET',
    url,
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers.map(([name, values]) => [name, (values ?? []).join(', ')])),
    rawHeaders: response.rawHeaders,
    bytes: Buffer.alloc(0),
    text: '',
    json() {
      throw new Error(`GET ${url.pathname} is a stream`)
    },
    ms: receivedAt - askedAt,
    receivedAt,
  }
}
