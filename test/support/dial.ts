/** A bare connection, for clients that do what no HTTP library would. */
import net from 'node:net'
import { until } from './until.ts'

export interface Dialed {
  readonly socket: net.Socket
  /** Bytes as they are: each character is one. */
  send(bytes: string): void
  /** What has come so far, a character per byte. */
  received(): string
  /** Waits until this has come. */
  receives(words: string | RegExp): Promise<string>
  /** Waits for the server to close, and answers all that came. */
  closed(): Promise<string>
}

export function dial(url: string, ...sent: readonly string[]): Dialed {
  const { hostname, port } = new URL(url)
  // So that the end of what the server says does not end what is said here.
  const socket = net.connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  let text = ''
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')))
  socket.on('error', () => undefined) // seen as its close
  const closed = new Promise<void>((resolve) => {
    socket.on('end', () => resolve())
    socket.on('close', () => resolve())
  })
  const send = (bytes: string) => void socket.write(Buffer.from(bytes, 'latin1'))
  for (const bytes of sent) send(bytes)
  return {
    socket,
    send,
    received: () => text,
    async receives(words) {
      await until(`"${String(words)}" to come`, () => text.search(words) >= 0)
      return text
    },
    async closed() {
      await closed
      socket.destroy()
      return text
    },
  }
}

/** The statuses of all answers in what has come. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}
