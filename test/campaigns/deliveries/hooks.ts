/** Receivers of callbacks that fail half the time, on many ports; each notes what it was sent and what it answered. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Dice } from '../../chaos/dice.ts'

/** One request, as its receiver saw it. */
export interface Hook {
  readonly url: string
  readonly job: string
  readonly event: string
  readonly messageId: string
  readonly signed: boolean
  readonly answer: Answer
}

/** Where callers have their callbacks sent. */
export interface Place {
  readonly url: string
  readonly caller: string
}

export interface Hooks extends AsyncDisposable {
  readonly places: readonly Place[]
  /** In the order in which they came. */
  readonly received: readonly Hook[]
  /** Addresses that have answered 410. */
  readonly gone: ReadonlySet<string>
}

export type Answer = (typeof ANSWERS)[number]['name'] | 'gone'

// Half of them take it. Of the others two thirds say that the receiver is not well, so that circuits open now and then but
// do not stay open.
const ANSWERS = [
  { name: 'taken', weight: 45 },
  { name: 'slow', weight: 5 },
  { name: '500', weight: 15 },
  { name: '503', weight: 8 },
  { name: '429', weight: 4 },
  { name: 'reset', weight: 6 },
  { name: 'cut', weight: 2 },
  { name: '404', weight: 8 },
  { name: '302', weight: 7 },
] as const

export const SLOW_MS = 300

/** What the receiver asks for that answers 503: longer than the first wait of the schedule. */
export const ASKED_SECONDS = 60

export interface HooksPlan {
  readonly dice: Dice
  readonly ports: number
  /** What each caller's callbacks are to be signed with. */
  readonly secrets: ReadonlyMap<string, string>
  /** Addresses that want no more after so many requests: one of each caller. */
  readonly goneAfter: number
}

export async function openHooks({ dice, ports, secrets, goneAfter }: HooksPlan): Promise<Hooks> {
  const received: Hook[] = []
  const gone = new Set<string>()
  const counts = new Map<string, number>()
  const verifiers = new Map([...secrets].map(([caller, secret]) => [caller, new Webhook(secret)]))
  const servers = await Promise.all(Array.from({ length: ports }, open))
  const places = servers.flatMap(({ port }, nth) =>
    [...secrets.keys()].flatMap((caller) => {
      const url = `http://127.0.0.1:${port}/${caller}`
      return [{ url, caller }, ...(nth === 0 ? [{ url: `${url}/leaving`, caller }] : [])]
    }),
  )
  return { places, received, gone, [Symbol.asyncDispose]: close }

  async function open() {
    const server = createServer((req, res) => void handle(req, res).catch(() => req.socket.destroy()))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return { server, port: (server.address() as AddressInfo).port }
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req)
    const url = `http://${req.headers.host}${req.url}`
    const count = (counts.get(url) ?? 0) + 1
    counts.set(url, count)
    const isGone = url.endsWith('/leaving') && count > goneAfter
    const answer = isGone ? 'gone' : dice.weighted(ANSWERS).name
    received.push({ url, ...whatIsIn(req, body), answer })
    if (isGone) gone.add(url)
    await give(answer, req, res)
  }

  function whatIsIn(req: IncomingMessage, body: string): Omit<Hook, 'url' | 'answer'> {
    const { type, data } = JSON.parse(body) as { type: string; data: { id: string } }
    const [, caller = ''] = (req.url ?? '').split('/')
    let signed = true
    try {
      verifiers.get(caller)?.verify(body, req.headers as Record<string, string>)
    } catch {
      signed = false
    }
    return { job: data.id, event: type, messageId: String(req.headers['webhook-id']), signed }
  }

  async function close(): Promise<void> {
    for (const { server } of servers) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

async function give(answer: Answer, req: IncomingMessage, res: ServerResponse): Promise<void> {
  switch (answer) {
    case 'taken':
      return void res.writeHead(204).end()
    case 'slow':
      await sleep(SLOW_MS)
      return void res.writeHead(200).end('taken')
    case 'reset':
      return void req.socket.resetAndDestroy()
    case 'cut':
      await sleep(SLOW_MS)
      return void req.socket.destroy()
    case '503':
      return void res.writeHead(503, { 'Retry-After': String(ASKED_SECONDS) }).end()
    case '302':
      return void res.writeHead(302, { Location: 'http://127.0.0.1:1/elsewhere' }).end()
    case 'gone':
      return void res.writeHead(410).end()
    case '500':
    case '429':
    case '404':
      return void res.writeHead(Number(answer)).end()
  }
}
