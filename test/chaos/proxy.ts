/** What stands between one process and the database: a line that can be slow, dead, cut, or lose an answer. */
import net, { type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  /** The database's, through here. */
  readonly url: string
  /** Bytes take so much longer in each direction; 0 for none. */
  delay(ms: number): void
  /** From now on bytes vanish, and connections stay open. */
  blackhole(): void
  /** As it was; connections that have lost bytes end, as no answer will come on them. */
  mend(): void
  /** Ends every connection. */
  reset(): void
  /** Once, or until it is mended: the answer to the next statement with these words in it is lost, with its connection. */
  swallowReplyTo(words: RegExp): void
  close(): Promise<void>
}

export async function proxyTo(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl)
  const pairs = new Set<readonly [Socket, Socket]>()
  let delayMs = 0
  let dead = false
  let lost: RegExp | undefined

  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    let doomed = false
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // seen as its close
      socket.on('close', () => {
        pairs.delete(pair)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes) => {
      if (lost?.test(bytes.toString('latin1'))) {
        lost = undefined
        doomed = true
      }
      pass(bytes, upstream)
    })
    upstream.on('data', (bytes) => {
      if (doomed) client.destroy()
      else pass(bytes, client)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })

  function pass(bytes: Buffer, to: Socket): void {
    if (dead) return
    if (delayMs === 0) return void to.write(bytes)
    // All wait alike, so they stay in order.
    setTimeout(() => to.destroyed || to.write(bytes), delayMs)
  }

  function reset(): void {
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }

  return {
    url: Object.assign(new URL(databaseUrl), {
      port: String((server.address() as AddressInfo).port),
      search: '',
    }).href,
    delay(ms) {
      delayMs = ms
    },
    blackhole() {
      dead = true
    },
    mend() {
      lost = undefined
      delayMs = 0
      if (dead) reset()
      dead = false
    },
    reset,
    swallowReplyTo(words) {
      lost = words
    },
    close() {
      reset()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
