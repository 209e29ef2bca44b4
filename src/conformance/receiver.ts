/** A receiver of what the server under test sends, on loopback: it keeps what came, and answers as it is told to. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Delivered {
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** When all of it was here, by this clock; ms since 1970. */
  readonly at: number
}

export interface Said {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What breaks a rule on the way to a receiver, and back from it. */
export interface Between {
  /** What the receiver sees of what was sent to this path. */
  readonly delivered?: (delivered: Delivered, path: string) => readonly Delivered[]
  /** What the server hears of what the receiver said, which may be nothing. */
  readonly said?: (said: Said | undefined) => Promise<Said | undefined> | Said | undefined
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Delivered[]
  /** When the server hung up on what was not answered; ms since 1970. */
  readonly dropped: readonly number[]
}

export type Answering = (delivered: Delivered, nth: number) => Said | undefined

/** @param answer to each; undefined leaves it without one */
export async function openReceiver(
  { between }: { readonly between: Between },
  answer: Answering = () => ({ status: 204 }),
): Promise<Receiver> {
  // What was sent to another before, on a port that is used again, is not for this one.
  const path = `/hooks/${randomUUID()}`
  const received: Delivered[] = []
  const dropped: number[] = []

  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    if (req.url !== path) return void res.writeHead(404).end()
    const arrived = await deliveredBy(req)
    for (const seen of between.delivered?.(arrived, path) ?? [arrived]) received.push(seen)
    const said = answer(received.at(-1) ?? arrived, received.length)
    const heard = between.said ? await between.said(said) : said
    if (heard) res.writeHead(heard.status, heard.headers).end(heard.body)
    else res.on('close', () => dropped.push(Date.now()))
  }
  const server = createServer((req, res) => {
    handle(req, res).catch(() => res.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${path}`,
    received,
    dropped,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function deliveredBy(req: IncomingMessage): Promise<Delivered> {
  const body = await buffer(req)
  const headers = Object.fromEntries(
    Object.entries(req.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  )
  return { method: req.method ?? '', headers, body, at: Date.now() }
}
