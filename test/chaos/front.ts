/** What stands before the APIs: one port, behind which a connection goes to one that says it is ready. */
import net, { type AddressInfo } from 'node:net'
import type { Member } from './member.ts'

export interface Front {
  readonly url: string
  /** Whether it has seen that this one is ready, and sends it connections. */
  serves(api: Member): boolean
  close(): void
}

// As often as a load balancer that is set to notice soon; ACCEPTD_DRAIN_SECONDS is to be longer.
const LOOK_MS = 200

export async function frontOf(apis: readonly Member[]): Promise<Front> {
  const ready = new Map<Member, URL>()
  let turn = 0

  async function look(api: Member): Promise<void> {
    const url = api.url()
    const healthy = url !== undefined && (await isReady(url))
    if (healthy) ready.set(api, new URL(url))
    else ready.delete(api)
  }

  const server = net.createServer((client) => {
    const all = [...ready.values()]
    const api = all[turn++ % all.length]
    // Nobody is there: seen by the caller, and by the checker.
    if (!api) return void client.destroy()
    const upstream = net.connect(Number(api.port), api.hostname)
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined) // seen as its close
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  await Promise.all(apis.map(look))
  const looking = setInterval(() => apis.forEach((api) => void look(api)), LOOK_MS)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serves: (api) => ready.has(api),
    close() {
      clearInterval(looking)
      server.close()
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { headers: { Connection: 'close' } })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
