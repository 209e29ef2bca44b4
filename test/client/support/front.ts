/** A server before the API that lets requests through, or does with the next ones what a test says; it keeps a list of all. */
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

/** What becomes of one request. */
export type Turn =
  | 'pass'
  /** The connection ends, and the request was never seen by the API. */
  | 'drop'
  /** The API has carried it out, and the connection ends before the answer. */
  | 'lose-answer'
  /** The answer breaks off in the middle of its body. */
  | 'break-off'
  /** The request is taken, and nothing comes. */
  | 'silence'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Front {
  readonly url: string
  readonly seen: Seen[]
  /** What becomes of the next requests; then they pass. */
  next(...turns: readonly Turn[]): void
  /** What becomes of requests that `next` says nothing of. */
  each(turn: (request: Seen) => Turn | undefined): void
  /** Everything passes, and nothing was seen. */
  reset(): void
}

/** Call at the top of a describe or a file. */
export function useFront(target: () => string): Front {
  const seen: Seen[] = []
  const turns: Turn[] = []
  let rule: ((request: Seen) => Turn | undefined) | undefined
  const server = http.createServer((req, res) => void answer(req, res))
  let url = ''

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const request = {
      method: String(req.method),
      url: String(req.url),
      headers: req.headers,
      body: Buffer.concat(chunks).toString(),
    }
    seen.push(request)
    const turn = turns.shift() ?? rule?.(request) ?? 'pass'
    if (turn === 'drop') return void req.socket.destroy()
    if (turn === 'silence') return
    if (typeof turn === 'object') {
      const { status, headers = {}, body } = turn
      const type = body === undefined ? {} : { 'Content-Type': 'application/problem+json' }
      res.writeHead(status, { ...type, ...headers })
      return void res.end(body === undefined ? '' : JSON.stringify(body))
    }
    passOn(request, req, res, turn)
  }

  function passOn(request: Seen, req: IncomingMessage, res: ServerResponse, turn: Turn): void {
    const { method, headers, body } = request
    const upstream = http.request(new URL(request.url, target()), { method, headers }, (answered) => {
      if (turn === 'lose-answer') {
        answered.resume()
        return void req.socket.destroy()
      }
      res.writeHead(answered.statusCode ?? 500, answered.headers)
      answered.on('data', (bytes: Buffer) => {
        res.write(turn === 'break-off' ? bytes.subarray(0, bytes.length / 2) : bytes)
        if (turn === 'break-off') setImmediate(() => req.socket.destroy())
      })
      answered.on('end', () => res.end())
      answered.on('error', () => res.destroy())
    })
    upstream.on('error', () => req.socket.destroy())
    res.on('close', () => upstream.destroy())
    upstream.end(body)
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    get url() {
      return url
    },
    seen,
    next(...given) {
      turns.push(...given)
    },
    each(turn) {
      rule = turn
    },
    reset() {
      seen.length = 0
      turns.length = 0
      rule = undefined
    },
  }
}
