/** A server that breaks a rule on purpose: a proxy before one that keeps them all, which changes what goes through. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Between } from '../../src/conformance/receiver.ts'
import type { Document } from '../../src/conformance/target.ts'

export interface Asked {
  readonly method: string
  /** With its query. */
  path: string
  readonly headers: http.IncomingHttpHeaders
}

export interface Reply {
  status: number
  /** Names in lower case, a value per line. */
  readonly headers: Record<string, readonly string[]>
  body: Buffer
}

export interface Mutation {
  /** What is wrong with the server. */
  readonly name: string
  /** Rows that could notice; one that does is enough. */
  readonly rows: readonly string[]
  readonly request?: (asked: Asked) => void
  readonly reply?: (reply: Reply, asked: Asked) => void
  /** Of an event stream: each event or comment, with its empty line. What it returns is sent. */
  readonly event?: (text: string) => string
  /** An event stream's connection outlives the stream. */
  readonly keepsOpen?: true
  /** What is wrong with how it calls receivers. */
  readonly between?: Between
}

export interface Proxy {
  readonly url: string
  close(): Promise<void>
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding']

export async function proxyTo(upstream: string, mutation?: Mutation): Promise<Proxy> {
  const agent = new http.Agent({ keepAlive: true })
  // Whatever the server behind would refuse for its size, it is to refuse itself.
  const limits = { maxHeaderSize: 1 << 20, requireHostHeader: false }
  const server = http.createServer(limits, (req, res) => pass(new URL(upstream), agent, req, res, mutation))
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) =>
    passRaw(new URL(upstream), error.rawPacket, socket),
  )
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      agent.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function pass(
  upstream: URL,
  agent: http.Agent,
  req: IncomingMessage,
  res: ServerResponse,
  mutation: Mutation = { name: 'none', rows: [] },
): void {
  const asked: Asked = { method: req.method ?? '', path: req.url ?? '', headers: { ...req.headers } }
  for (const name of HOP_BY_HOP) if (name !== 'transfer-encoding') delete asked.headers[name]
  mutation.request?.(asked)
  const { hostname, port } = upstream
  const { method, path, headers } = asked
  let answered = false
  const sent = http.request({ hostname, port, agent, method, path, headers }, (response) => {
    answered = true
    if (response.headers['content-type']?.startsWith('text/event-stream')) {
      return streamOn(response, res, asked, mutation)
    }
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('error', () => res.destroy())
    response.on('end', () => answer(res, asked, replyFrom(response, Buffer.concat(parts)), mutation))
  })
  // After an early refusal of a large body, the rest of the body has nowhere to go.
  sent.on('error', () => {
    if (!answered) res.destroy()
  })
  res.on('close', () => sent.destroy())
  req.pipe(sent)
}

function replyFrom(response: IncomingMessage, body: Buffer): Reply {
  const headers = Object.fromEntries(
    Object.entries(response.headersDistinct).filter(([name]) => !HOP_BY_HOP.includes(name)),
  ) as Record<string, string[]>
  return { status: response.statusCode ?? 0, headers, body }
}

function answer(res: ServerResponse, asked: Asked, reply: Reply, mutation: Mutation): void {
  mutation.reply?.(reply, asked)
  const { status, headers, body } = reply
  const bare = asked.method === 'HEAD' || status === 204 || status === 304
  if (!bare) headers['content-length'] = [String(body.length)]
  // Its own would hide that the server behind sends none.
  res.sendDate = false
  for (const [name, lines] of Object.entries(headers))
    res.setHeader(name, lines.length === 1 ? (lines[0] ?? '') : lines)
  res.writeHead(status)
  res.end(bare ? undefined : body)
}

function streamOn(response: IncomingMessage, res: ServerResponse, asked: Asked, mutation: Mutation): void {
  const reply = replyFrom(response, Buffer.alloc(0))
  mutation.reply?.(reply, asked)
  for (const [name, lines] of Object.entries(reply.headers)) res.setHeader(name, lines)
  res.writeHead(reply.status)
  res.flushHeaders()
  let rest = ''
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    const pieces = (rest + text).split(/(?<=\n\n)/)
    rest = pieces.at(-1)?.endsWith('\n\n') ? '' : (pieces.pop() ?? '')
    for (const piece of pieces) res.write(mutation.event?.(piece) ?? piece)
  })
  response.on('error', () => res.destroy())
  response.on('end', () => {
    if (mutation.keepsOpen !== true) res.end(rest)
  })
}

/** What this proxy's own parser refuses, the server behind is to refuse in its own way. */
function passRaw(upstream: URL, packet: Buffer | undefined, socket: Duplex): void {
  if (packet === undefined) return void socket.destroy()
  const onward = net.connect(Number(upstream.port), upstream.hostname)
  onward.on('error', () => socket.destroy())
  onward.write(packet)
  onward.pipe(socket)
}

export function documentOf({ body }: Reply): Document | undefined {
  try {
    return JSON.parse(body.toString()) as Document
  } catch {
    return undefined
  }
}

/** Changes the document that is the body, if there is one. */
export function edit(reply: Reply, change: (document: Document) => void): void {
  const document = documentOf(reply)
  if (document === undefined) return
  change(document)
  reply.body = Buffer.from(`${JSON.stringify(document)}\n`)
}
