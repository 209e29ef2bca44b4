/** A TCP proxy before Postgres that can be cut, fall silent or be slow, and that can lose the reply to a statement. */
import net, { type AddressInfo, type Socket } from 'node:net'

export interface TcpProxy {
  /** The database's URL, through the proxy. */
  readonly url: string
  /** Drops every connection and refuses new ones. */
  cut(): void
  /** From now on what is sent vanishes, both ways; connections stay, and new ones are taken and lead nowhere. */
  blackhole(): void
  /** From now on each piece arrives this much later, both ways. */
  delay(ms: number): void
  /** Whatever was wrong is over. What vanished does not come back. */
  mend(): void
  /** Ends every connection with an RST; new ones are taken. */
  reset(): void
  /** From now on, once: an answer to a `statement` that has these words in it is dropped, with the connection. */
  swallowReplyTo(statement: string | RegExp, words?: string): void
  /** How often that has happened. */
  swallowed(): number
  /** Connections that are open just now. */
  connections(): number
  close(): Promise<void>
}

export async function tcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let way: 'open' | 'cut' | 'blackhole' = 'open'
  let delayMs = 0
  let poison: { statement: string | RegExp; words: string } | undefined
  let swallowed = 0

  /** In order, however long each takes: timers of one length end in the order in which they were begun. */
  const pass = (bytes: Buffer, to: Socket) => {
    if (way === 'blackhole') return
    if (delayMs > 0) setTimeout(() => to.write(bytes), delayMs)
    else to.write(bytes)
  }

  const server = net.createServer((client) => {
    if (way === 'cut') client.destroy()
    const upstream =
      way === 'blackhole' ? new net.Socket() : net.connect(Number(target.port), target.hostname)
    let asked = ''
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(client)
        sockets.delete(upstream)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes) => {
      asked = bytes.toString('latin1')
      if (!upstream.connecting || way === 'blackhole') pass(bytes, upstream)
      else upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (poison && asked.search(poison.statement) !== -1 && bytes.includes(poison.words)) {
        poison = undefined
        swallowed++
        client.destroy()
      } else pass(bytes, client)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    // Without the parameter that names the socket file.
    url: Object.assign(new URL(databaseUrl), {
      port: String((server.address() as AddressInfo).port),
      search: '',
    }).href,
    cut() {
      way = 'cut'
      drop()
    },
    blackhole() {
      way = 'blackhole'
    },
    delay(ms) {
      delayMs = ms
    },
    mend() {
      way = 'open'
      delayMs = 0
      poison = undefined
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    swallowReplyTo(statement, words = '') {
      poison = { statement, words }
    },
    swallowed: () => swallowed,
    connections: () => sockets.size / 2,
    close() {
      drop()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
