/** A receiver of webhooks: keeps what it was sent, and answers as it is told to. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Received[]
}

/** @param answer to each; undefined leaves it without one */
export async function startReceiver(
  answer: (received: Received, nth: number) => Answer | undefined = () => ({ status: 204 }),
): Promise<Receiver> {
  const received: Received[] = []
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const one = { path: req.url ?? '', headers: req.headers, body: await text(req) }
    received.push(one)
    const said = answer(one, received.length)
    if (said) res.writeHead(said.status, said.headers).end(said.body)
  }
  const server = createServer((req, res) => void handle(req, res))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
