/** Opens connections to hosts that may be called, and says how long that took. */
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { Connection } from './connection.ts'
import type { Deadline } from './deadline.ts'
import { dial, reachDirectly } from './dial.ts'
import { connectionFailure, tlsFailure } from './failures.ts'
import { hostOf, portOf, type CheckOptions, type Guard } from './guard.ts'
import type { Timings } from './outbound-request.ts'
import { resolveHost, type Lookup } from './resolve.ts'
import { secure } from './tls.ts'
import { reachThrough, type Proxy } from './tunnel.ts'

export interface ConnectorOptions {
  readonly guard: Guard
  readonly lookup: Lookup
  readonly proxy?: Proxy
  readonly ca?: string | Buffer
  readonly idleMs: number
}

export interface Opened {
  readonly connection: Connection
  readonly timings: Pick<Timings, 'dnsMs' | 'connectMs'>
}

/** @throws CallError */
export async function openConnection(
  { guard, lookup, proxy, ca, idleMs }: ConnectorOptions,
  url: URL,
  key: string,
  deadline: Deadline,
  check: CheckOptions,
): Promise<Opened> {
  const host = hostOf(url)
  const literal = isIP(host) !== 0
  const begun = performance.now()
  deadline.awaited = 'the address of the host'
  const addresses = literal ? [host] : await deadline.race(resolveHost(lookup, host))
  const resolved = performance.now()
  guard.checkAddresses(url, addresses, check)

  deadline.awaited = 'a connection'
  const port = portOf(url)
  const reach = proxy ? reachThrough(proxy, port) : reachDirectly(port)
  const plain = await dial(addresses, reach, deadline.signal).catch((error: unknown) => {
    deadline.signal.throwIfAborted()
    throw connectionFailure(error)
  })
  const socket = url.protocol === 'https:' ? await encrypted(plain, host, deadline, ca) : plain
  return {
    connection: new Connection(key, url.origin, socket, idleMs),
    timings: {
      ...(literal ? {} : { dnsMs: resolved - begun }),
      connectMs: performance.now() - resolved,
    },
  }
}

async function encrypted(
  plain: Socket,
  host: string,
  { signal }: Deadline,
  ca?: string | Buffer,
): Promise<Socket> {
  try {
    return await secure(plain, host, signal, ca)
  } catch (error) {
    signal.throwIfAborted()
    throw tlsFailure(error)
  }
}
