/** A proxy before a service, to which things happen: to its requests one after another, and to none when they are used up. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Mishap =
  | 'none'
  /** The connection breaks before the service has heard anything. */
  | 'request lost'
  /** The service has done what was asked; nobody hears of it. */
  | 'answer lost'
  /** The proxy itself answers. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }

export interface ShakyFront {
  readonly url: string
  /** The requests so far. */
  readonly requests: readonly Pick<http.IncomingMessage, 'method' | 'url' | 'headers'>[]
  /** The statuses of what the service answered so far. */
  readonly statuses: readonly number[]
}

export async function shakyFront(target: string, mishaps: readonly Mishap[] = []): Promise<ShakyFront> {
  const requests: http.IncomingMessage[] = []
  const statuses: number[] = []
  const server = http.createServer((req, res) => {
    const mishap = mishaps[requests.length]
    requests.push(req)
    if (mishap === 'request lost') req.socket.destroy()
    else if (typeof mishap === 'object') res.writeHead(mishap.status, mishap.headers).end('Come back later')
    else forward(req, res, mishap === 'answer lost')
  })
  const forward = (req: http.IncomingMessage, res: http.ServerResponse, isLost: boolean) => {
    const { method = 'GET', headers } = req
    const inner = http.request(target + req.url, { method, headers }, (answer) => {
      statuses.push(answer.statusCode ?? 0)
      if (isLost) {
        answer.resume().on('end', () => res.destroy())
      } else {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      }
    })
    inner.on('error', () => res.destroy())
    req.pipe(inner)
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, statuses }
}
