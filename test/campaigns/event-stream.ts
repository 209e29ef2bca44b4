/** One event stream on a raw socket: as little as will do, so that one process can hold tens of thousands. */
import net from 'node:net'

export interface EventStream {
  /** Of the answer; 0 where the connection ended before there was one. */
  readonly httpStatus: number
  /** Of the job, as the newest event has it; undefined before the first. */
  readonly jobStatus: string | undefined
  readonly events: number
  readonly comments: number
  /** When the newest event came, on the clock of performance.now(). */
  readonly toldAt: number
  /** Whether the server has ended it. */
  readonly ended: boolean
  close(): void
}

// One address has some 28,000 ports to connect from; Linux has all of 127.0.0.0/8 to offer.
const PORTS_EACH = 20_000
const PATIENCE_MS = 30_000

/** Resolves with the first event, or with the end where there is none. @param nth which stream of this process it is */
export function openStream(url: URL, nth: number): Promise<EventStream> {
  const address = nth < PORTS_EACH ? {} : { localAddress: `127.0.0.${1 + Math.floor(nth / PORTS_EACH)}` }
  const socket = net.connect({ host: url.hostname, port: Number(url.port), ...address })
  const stream = {
    httpStatus: 0,
    jobStatus: undefined as string | undefined,
    events: 0,
    comments: 0,
    toldAt: 0,
    ended: false,
    close: () => void socket.destroy(),
  }
  return new Promise((resolve) => {
    let unread = ''
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('connect', () =>
      socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: text/event-stream\r\n\r\n`),
    )
    socket.on('data', (bytes: Buffer) => {
      unread += bytes.toString()
      if (stream.httpStatus === 0) readHead()
      readMessages()
      if (stream.events > 0 || stream.ended || refused()) resolve(stream)
    })
    socket.on('error', () => undefined) // seen as its close
    socket.on('close', () => {
      stream.ended = true
      resolve(stream)
    })

    function readHead(): void {
      const end = unread.indexOf('\r\n\r\n')
      if (end === -1) return
      stream.httpStatus = Number(unread.slice(9, 12))
      unread = unread.slice(end + 4)
      // Such as a 503; it would be kept open for another request.
      if (refused()) socket.destroy()
    }

    function refused(): boolean {
      return stream.httpStatus > 0 && stream.httpStatus !== 200
    }

    /** The chunks that HTTP cuts it into are the messages, one each: their sizes stand between, and say nothing of them. */
    function readMessages(): void {
      if (stream.httpStatus !== 200) return
      const messages = unread.split('\n\n')
      unread = messages.pop() ?? ''
      for (const message of messages) readMessage(message)
      // The chunk of no length.
      if (/(?:^|\n)0\r\n\r\n$/.test(unread)) {
        stream.ended = true
        socket.destroy()
      }
    }

    function readMessage(message: string): void {
      if (message.endsWith('\n:')) stream.comments++
      const data = /^data: (.*)$/m.exec(message)?.[1]
      if (data === undefined) return
      stream.events++
      stream.jobStatus = (JSON.parse(data) as { status: string }).status
      stream.toldAt = performance.now()
    }
  })
}
