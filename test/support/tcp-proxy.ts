/** A TCP proxy before Postgres that can be cut, and that can lose the reply to a statement. */
import net, { type AddressInfo, type Socket } from 'node:net'

export interface TcpProxy {
  /** The database's URL, through the proxy. */
  readonly url: string
  /** Drops every connection and refuses new ones. */
  cut(): void
  mend(): void
  /** From now on, once: an answer to a `statement` that has these words in it is dropped, with the connection. */
  swallowReplyTo(statement: string, words?: string): void
  /** How often that has happened. */
  swallowed(): number
  close(): Promise<void>
}

export async function tcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let open = true
  let poison: { statement: string; words: string } | undefined
  let swallowed = 0

  const server = net.createServer((client) => {
    if (!open) client.destroy()
    const upstream = net.connect(Number(target.port), target.hostname)
    let asked = ''
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes) => {
      asked = bytes.toString('latin1')
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (poison && asked.includes(poison.statement) && bytes.includes(poison.words)) {
        poison = undefined
        swallowed++
        client.destroy()
      } else client.write(bytes)
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
      open = false
      drop()
    },
    mend() {
      open = true
    },
    swallowReplyTo(statement, words = '') {
      poison = { statement, words }
    },
    swallowed: () => swallowed,
    close() {
      drop()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
