/** An exchange read off the socket: an HTTP client hides what follows a header that must have nothing after it. */
import { connectTo } from './connection.ts'
import type { Target } from './target.ts'

export interface WireAnswer {
  readonly status: number
  /** Joined by `, ` where a field came more than once. */
  readonly headers: Readonly<Record<string, string>>
  /** All that came after the empty line. */
  readonly rest: Buffer
}

const PATIENCE_MS = 10_000
const END_OF_HEADER = '\r\n\r\n'

/** As caller A, on a connection that the server is asked to close, so that its end is the end of the answer. */
export async function askOnWire(
  target: Target,
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireAnswer> {
  const fields = { Host: url.host, Connection: 'close', ...target.credentials(url), ...headers }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  const bytes = await talk(url, [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''])
  const end = bytes.indexOf(END_OF_HEADER)
  const [statusLine = '', ...received] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1])
  if (end === -1 || Number.isNaN(status)) throw new Error(`${method} ${url.pathname}: no HTTP answer came`)
  return { status, headers: joined(received), rest: bytes.subarray(end + END_OF_HEADER.length) }
}

function talk(url: URL, lines: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectTo(url)
    const parts: Buffer[] = []
    socket.setTimeout(PATIENCE_MS, () =>
      socket.destroy(new Error(`${lines[0]}: the connection stayed open although it was asked to be closed`)),
    )
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('error', reject)
    socket.on('end', () => resolve(Buffer.concat(parts)))
    socket.write(lines.join('\r\n'))
  })
}

function joined(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
