/** A caller for tests, which goes wherever it is told to, and servers on loopback for it to go to. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Caller, OutboundRequest, OutboundResponse } from '../../../src/outbound/caller.ts'
import { CallError } from '../../../src/outbound/call-error.ts'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface Reply {
  readonly status?: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly json?: unknown
  readonly body?: string | Buffer
  /** Never answers. */
  readonly hangs?: boolean
  /** Ends the connection instead of answering. */
  readonly hangsUp?: boolean
}

export interface Server {
  readonly url: string
  readonly received: Received[]
}

/** Answers each request as `reply` says; it ends with the test. */
export async function serve(
  reply: (request: Received, before: number) => Reply | Promise<Reply>,
): Promise<Server> {
  const received: Received[] = []
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => void answer())

    async function answer(): Promise<void> {
      const { method = '', url = '', headers } = req
      const request = { method, url, headers, body: Buffer.concat(chunks) }
      received.push(request)
      const { status = 200, json, body, hangs, hangsUp, ...rest } = await reply(request, received.length - 1)
      if (hangsUp) res.destroy()
      if (hangs || hangsUp) return
      const type = json === undefined ? {} : { 'content-type': 'application/json' }
      res.writeHead(status, { ...type, ...rest.headers })
      res.end(json === undefined ? body : JSON.stringify(json))
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, received }
}

/** Node's own client: no guard, and no redirects. */
export const loopbackCaller: Caller = {
  checkUrl: (text) => new URL(text),
  call,
  close: async () => {},
}

async function call(request: OutboundRequest): Promise<OutboundResponse> {
  const { method, url, headers, body, timeoutMs, keepBytes, signal } = request
  const answer = Promise.withResolvers<http.IncomingMessage>()
  const started = performance.now()
  const sent = http.request(url, {
    method,
    // As an array they are sent as they are, and Node adds nothing.
    headers: ['Host', new URL(url).host, 'Content-Length', String(body?.length ?? 0), ...headers.flat()],
    timeout: timeoutMs,
    ...(signal ? { signal } : {}),
  })
  sent.on('response', answer.resolve)
  sent.on('error', answer.reject)
  sent.on('timeout', () => sent.destroy(new CallError('timeout', `No answer within ${timeoutMs} ms`)))
  sent.end(body)
  try {
    const response = await answer.promise
    const whole = Buffer.concat(await response.toArray())
    const kept = whole.subarray(0, keepBytes)
    return {
      url,
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers: pairs(response.rawHeaders),
      body: kept,
      truncated: kept.length < whole.length,
      bytes: whole.length,
      timings: { totalMs: performance.now() - started },
      hops: [],
    }
  } catch (error) {
    if (error instanceof CallError || signal?.aborted) throw error
    throw new CallError('connection-error', String((error as NodeJS.ErrnoException).code))
  }
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : [],
  )
}
