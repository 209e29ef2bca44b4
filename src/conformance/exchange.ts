/** One HTTP exchange, seen as it is on the wire: every header line, no redirect followed, nothing decoded. */
import http from 'node:http'
import https from 'node:https'

export interface Request {
  readonly method?: string
  /** An array sends the field once per item. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A string or bytes as they are; anything else as JSON, with its Content-Type unless that is given. */
  readonly body?: unknown
  /** On a connection of its own. */
  readonly newConnection?: boolean
  readonly signal?: AbortSignal
  /** Sent as it stands: a path that URL would mend. */
  readonly rawPath?: string
}

export interface Answer {
  readonly method: string
  readonly url: URL
  readonly status: number
  /** Joined by `, ` where a field came more than once. */
  readonly headers: Readonly<Record<string, string>>
  /** Name and value by turns, as received. */
  readonly rawHeaders: readonly string[]
  readonly bytes: Buffer
  readonly text: string
  /** Parses the body. @throws Error that says what came instead */
  json(): Record<string, unknown>
  readonly ms: number
  /** When its header was here, by this clock; ms since 1970. */
  readonly receivedAt: number
}

const agents = new Map([
  ['http:', new http.Agent({ keepAlive: true, maxSockets: 256 })],
  ['https:', new https.Agent({ keepAlive: true, maxSockets: 256 })],
])

/** How long any answer may take: the longest wait a server may offer, and a little. */
const PATIENCE_MS = 75_000

export function exchange(url: URL, request: Request = {}): Promise<Answer> {
  const { method = 'GET' } = request
  const began = performance.now()
  return new Promise((resolve, reject) => {
    let answered = false
    const { sent, payload } = open(url, request, (response) => {
      answered = true
      const parts: Buffer[] = []
      const receivedAt = Date.now()
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          ...answerOf(method, url, response, Buffer.concat(parts)),
          ms: performance.now() - began,
          receivedAt,
        }),
      )
    })
    sent.on('timeout', () =>
      sent.destroy(new Error(`${method} ${url.pathname}: no answer within ${PATIENCE_MS / 1000} s`)),
    )
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A connection that was kept, and that the other side gave up in the moment in which it was used again: nothing was
      // read of the request (RFC 9112 §9.3.1), so it is sent once more, on a connection of its own.
      const wasGivenUp = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      if (wasGivenUp && !answered) resolve(exchange(url, { ...request, newConnection: true }))
      else reject(error)
    })
    sent.end(payload)
  })
}

/** Sends the whole request and hangs up without reading an answer, as a client does that dies. */
export function sendAndHangUp(url: URL, request: Request = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const { sent, payload } = open(url, { ...request, newConnection: true }, (response) => response.destroy())
    sent.on('error', reject)
    // Half-closed first: nothing that was written may be lost with the connection.
    sent.end(payload, () => sent.socket?.end(() => resolve()))
  })
}

function open(
  url: URL,
  request: Request,
  onResponse: (response: http.IncomingMessage) => void,
): { sent: http.ClientRequest; payload: string | Buffer | undefined } {
  const { method = 'GET', body, signal } = request
  const payload =
    body === undefined
      ? undefined
      : typeof body === 'string' || Buffer.isBuffer(body)
        ? body
        : JSON.stringify(body)
  const given = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : [...value],
    ]),
  ) as http.OutgoingHttpHeaders
  const has = (wanted: string) => Object.keys(given).some((name) => name.toLowerCase() === wanted)
  if (payload !== undefined && !has('content-type') && typeof body === 'object' && !Buffer.isBuffer(body))
    given['Content-Type'] = 'application/json'
  if (payload !== undefined && !has('content-length') && !has('transfer-encoding'))
    given['Content-Length'] = Buffer.byteLength(payload)
  // Such as `'Content-Type': ''`, to send none.
  for (const [name, value] of Object.entries(given)) if (value === '') delete given[name]

  const client = url.protocol === 'https:' ? https : http
  const sent = client.request(
    url,
    {
      method,
      headers: given,
      agent: request.newConnection ? false : agents.get(url.protocol),
      timeout: PATIENCE_MS,
      ...(request.rawPath === undefined ? {} : { path: request.rawPath }),
      ...(signal ? { signal } : {}),
    },
    onResponse,
  )
  return { sent, payload }
}

function answerOf(
  method: string,
  url: URL,
  response: http.IncomingMessage,
  bytes: Buffer,
): Omit<Answer, 'ms' | 'receivedAt'> {
  const text = bytes.toString()
  return {
    method,
    url,
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
    ),
    rawHeaders: response.rawHeaders,
    bytes,
    text,
    json() {
      try {
        const value: unknown = JSON.parse(text)
        if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
      } catch {
        // said below
      }
      throw new Error(
        `${method} ${url.pathname} answered ${response.statusCode} with no JSON object: ${text.slice(0, 80)}`,
      )
    },
  }
}
