/** What the callee of the tests does at each of its paths, and what it says of work that it takes on. */
import type http from 'node:http'
import type { Received } from './callee.ts'

type Scene = (res: http.ServerResponse, word: string, query: URLSearchParams, request: Received) => void

// More than is kept of a body.
const MANY_BYTES = 64 * 1024

const SCENES: Readonly<Record<string, Scene>> = {
  /** /status/503?retry-after=7: each parameter is a header. */
  status(res, word, query) {
    const bodyless = word === '204' || word === '205' || word === '304'
    res.writeHead(Number(word), { 'content-type': 'text/plain', ...Object.fromEntries(query) })
    res.end(bodyless ? undefined : `This is ${word}`)
  },
  /** What was sent. */
  echo(res, _, __, { method, url, headers, body }) {
    json(res, 200, { method, url, headers, body: body.toString() })
  },
  hang() {},
  /** A byte, and never another. */
  drip(res) {
    res.writeHead(200, { 'content-type': 'text/plain' })
    res.write('.')
  },
  reset(res) {
    res.writeHead(200, { 'content-length': '1000' })
    res.write('a part', () => res.socket?.resetAndDestroy())
  },
  'hang-up'(res) {
    res.socket?.destroy()
  },
  endless(res) {
    res.writeHead(200, { 'content-type': 'application/octet-stream' })
    const more = () => {
      while (!res.destroyed && res.write(Buffer.alloc(MANY_BYTES)));
    }
    res.on('drain', more)
    more()
  },
  /** Says that there is more than there is. */
  short(res) {
    raw(res, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nten bytes.')
  },
  nonsense(res) {
    raw(res, 'Hello, here is no HTTP\r\n\r\n')
  },
  /** /redirect/3?status=307: so many, and then a 200. */
  redirect(res, word, query) {
    const left = Number(word) - 1
    const location = left < 0 ? '/echo' : `/redirect/${left}?${query.toString()}`
    res.writeHead(Number(query.get('status') ?? 302), { location: left < 0 ? '/echo' : location }).end()
  },
}

export function playScene(request: Received, res: http.ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url, 'http://callee')
  const [, scene = '', word = ''] = pathname.split('/')
  const play = SCENES[scene]
  if (play) play(res, word, searchParams, request)
  else json(res, 404, { error: `There is no ${scene}` })
}

export function json(
  res: http.ServerResponse,
  status: number,
  value: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify(value))
}

function raw(res: http.ServerResponse, text: string): void {
  res.socket?.end(text)
}

export const DIALECTS = ['ours', 'azure', 'odata', 'fhir', 'see-other'] as const
export type Dialect = (typeof DIALECTS)[number]

export interface Work {
  /** What the callee says in its 202, what while it goes on, what once it is done, and in answer to a cancel. */
  accept(res: http.ServerResponse): void
  going(res: http.ServerResponse): void
  done(res: http.ServerResponse): void
}

/** Work that is looked at under `monitor`, with its result at `result` and its cancel at `cancel` where they are apart. */
export function workIn(dialect: Dialect, monitor: string, result: string, cancel: string): Work {
  const soon = { 'retry-after': '1' }
  const links = { self: monitor, result, cancel }
  switch (dialect) {
    case 'ours':
      return {
        accept: (res) => json(res, 202, { status: 'queued', links }, { location: monitor, ...soon }),
        going: (res) => json(res, 200, { status: 'running', links }, soon),
        done: (res) => json(res, 200, { status: 'completed', links }),
      }
    case 'azure':
      return {
        accept: (res) => json(res, 202, {}, { 'azure-asyncoperation': monitor, location: result, ...soon }),
        going: (res) => json(res, 200, { status: 'InProgress' }, soon),
        done: (res) => json(res, 200, { status: 'Succeeded', properties: {} }),
      }
    case 'odata':
      return {
        accept: (res) => res.writeHead(202, { location: monitor, 'odata-version': '4.0', ...soon }).end(),
        going: (res) => res.writeHead(202, { location: monitor, 'odata-version': '4.0', ...soon }).end(),
        done: (res) => json(res, 200, { words: 3 }, { 'odata-version': '4.0' }),
      }
    case 'fhir':
      return {
        accept: (res) => res.writeHead(202, { 'content-location': monitor, ...soon }).end(),
        going: (res) => res.writeHead(202, { 'x-progress': 'in progress', ...soon }).end(),
        done: (res) => json(res, 200, { words: 3 }),
      }
    case 'see-other':
      return {
        accept: (res) => res.writeHead(202, { location: monitor, ...soon }).end(),
        going: (res) => json(res, 200, { status: 'pending' }, soon),
        done: (res) => res.writeHead(303, { location: result }).end(),
      }
  }
}
