/** A server before an API that lets a request through, or does with it what it is told to; it keeps a list of all. */
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

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

export interface Trouble {
  readonly url: string
  /** Of what the API answered so far, whoever heard of it. */
  readonly statuses: readonly number[]
  close(): void
}

/**
 * @param target the API's address
 * @param turnFor what is to become of a request; headers that it takes away do not reach the API
 */
export async function startTrouble(target: () => string, turnFor: (request: Seen) => Turn): Promise<Trouble> {
  const statuses: number[] = []
  const server = http.createServer((req, res) => void answer(req, res))

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer)
    } catch {
      // Whoever asked is gone.
      return
    }
    const body = Buffer.concat(chunks).toString()
    const request = { method: String(req.method), url: String(req.url), headers: { ...req.headers }, body }
    const turn = turnFor(request)
    if (turn === 'drop') return void req.socket.destroy()
    if (turn === 'silence') return
    if (typeof turn === 'object') return say(turn, res)
    passOn(request, req, res, turn)
  }

  function say({ status, headers = {}, body }: Exclude<Turn, string>, res: ServerResponse): void {
    const type = body === undefined ? {} : { 'Content-Type': 'application/problem+json' }
    res.writeHead(status, { ...type, ...headers })
    res.end(body === undefined ? '' : JSON.stringify(body))
  }

  function passOn(request: Seen, req: IncomingMessage, res: ServerResponse, turn: Turn): void {
    const { method, headers, body } = request
    const upstream = http.request(new URL(request.url, target()), { method, headers }, (answered) => {
      statuses.push(Number(answered.statusCode))
      if (turn === 'lose-answer') {
        answered.resume()
        return void req.socket.destroy()
      }
      res.writeHead(Number(answered.statusCode), answered.headers)
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

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    statuses,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
