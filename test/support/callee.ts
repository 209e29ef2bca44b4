/** The other side: a server for the tests of a file that answers in every way there is, good and bad, and notes who asked. */
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { afterAll } from 'vitest'
import { playScene } from './callee-scenes.ts'

export interface Received {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface Callee {
  /** An origin that nobody has called yet: circuits are by origin. */
  origin(): Promise<string>
  /** The same with TLS, whose certificate nobody has signed. */
  tlsOrigin(): Promise<string>
  /** One that refuses every connection until it is opened. */
  closedOrigin(): Promise<{ readonly url: string; open(): Promise<void>; close(): Promise<void> }>
  readonly received: readonly Received[]
  /** Requests to this path, without its query. */
  to(path: string): readonly Received[]
  /** Answers this path in this way from now on, instead of what the scenes say. */
  on(path: string, answer: Answering): void
  /** Requests that wait for their answer, and the most there were at once. */
  readonly waiting: { now: number; most: number }
}

export type Answering = (request: Received, res: http.ServerResponse) => void

const TLS = path.join(import.meta.dirname, '../fixtures/tls')

/** Call at the top of a describe or a file. */
export function useCallee(): Callee {
  const received: Received[] = []
  const waiting = { now: 0, most: 0 }
  const answers = new Map<string, Answering>()
  const listeners = new Set<Server>()
  const sockets = new Set<Socket>()
  const plain = http.createServer({ keepAliveTimeout: 60_000 }, take)
  const secure = https.createServer(
    {
      key: fs.readFileSync(path.join(TLS, 'localhost-key.pem')),
      cert: fs.readFileSync(path.join(TLS, 'localhost-cert.pem')),
    },
    take,
  )
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    for (const server of listeners) await closed(server)
  })
  return {
    origin: async () => `http://127.0.0.1:${await listen(0)}`,
    tlsOrigin: async () => `https://127.0.0.1:${await listen(0, secure)}`,
    async closedOrigin() {
      const port = await listen(0)
      const close = async () => {
        const server = [...listeners].find((each) => (each.address() as AddressInfo).port === port)
        for (const socket of sockets) if (socket.localPort === port) socket.destroy()
        if (server) await closed(server)
      }
      await close()
      const open = async () => void (await listen(port))
      return { url: `http://127.0.0.1:${port}`, open, close }
    },
    received,
    to: (wanted) => received.filter(({ url }) => url.split('?', 1)[0] === wanted),
    on: (wanted, answer) => void answers.set(wanted, answer),
    waiting,
  }

  async function listen(port: number, server: Server = plain): Promise<number> {
    // Each port is a listener of its own before the same server.
    const listener = net.createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      server.emit('connection', socket)
    })
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(port, '127.0.0.1', resolve)
    })
    listeners.add(listener)
    return (listener.address() as AddressInfo).port
  }

  async function closed(server: Server): Promise<void> {
    listeners.delete(server)
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  }

  function take(req: http.IncomingMessage, res: http.ServerResponse): void {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    waiting.now++
    waiting.most = Math.max(waiting.most, waiting.now)
    res.on('close', () => waiting.now--)
    req.on('end', () => {
      const { method = '', url = '', headers } = req
      const request = { method, url, headers, body: Buffer.concat(chunks) }
      received.push(request)
      const answer = answers.get(url.split('?', 1)[0] ?? '') ?? playScene
      answer(request, res)
    })
  }
}
