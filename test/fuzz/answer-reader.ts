/** Reads one HTTP/1.1 answer as its bytes arrive, as strictly as a client may. */
import { gunzipSync } from 'node:zlib'
import type { Answer } from './knowledge.ts'

export interface AnswerReader {
  /** @throws Error where this is no HTTP, or more has come than the answer */
  push(bytes: Buffer): Answer | undefined
  /** The connection has ended; that ends an answer that does not say how long it is. */
  end(): Answer | undefined
  /** Whether it is a stream of events, which may have no end. */
  isStream(): boolean
}

const END_OF_HEAD = '\r\n\r\n'

export function answerReader(method: string): AnswerReader {
  let unread: Buffer = Buffer.alloc(0)
  let head: Omit<Answer, 'text'> | undefined

  function read(ended: boolean): Answer | undefined {
    while (!head) {
      const end = unread.indexOf(END_OF_HEAD)
      if (end === -1) return undefined
      const given = headOf(unread.toString('latin1', 0, end))
      unread = unread.subarray(end + END_OF_HEAD.length)
      // 100 Continue goes before the answer.
      if (given.status >= 200) head = given
    }
    const body = bodyOf(head, method, unread, ended)
    return body && { ...head, text: textOf(body, head) }
  }

  return {
    push(bytes) {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes])
      return read(false)
    },
    end: () => read(true),
    isStream: () => head?.headers['content-type']?.startsWith('text/event-stream') ?? false,
  }
}

function headOf(text: string): Omit<Answer, 'text'> {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const [, status] = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine) ?? []
  if (status === undefined) throw new Error(`no status line: ${JSON.stringify(statusLine.slice(0, 100))}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`no header: ${JSON.stringify(line)}`)
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return { status: Number(status), headers }
}

/** Undefined while it has not come whole (RFC 9112 §6.3). */
function bodyOf(
  { status, headers }: Omit<Answer, 'text'>,
  method: string,
  bytes: Buffer,
  ended: boolean,
): Buffer | undefined {
  if (method === 'HEAD' || status === 204 || status === 304) return exactly(bytes, 0)
  if (headers['transfer-encoding'] === 'chunked') return dechunked(bytes)
  const length = headers['content-length']
  if (length === undefined) return ended ? bytes : undefined
  return bytes.length < Number(length) ? undefined : exactly(bytes, Number(length))
}

function exactly(bytes: Buffer, length: number): Buffer {
  if (bytes.length > length) throw new Error(`${bytes.length - length} bytes came after the answer`)
  return bytes
}

function dechunked(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at)
    if (end === -1) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16)
    const next = end + 2 + size + 2
    if (next > bytes.length) return undefined
    if (size === 0) {
      exactly(bytes, next)
      return Buffer.concat(parts)
    }
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = next
  }
}

function textOf(body: Buffer, { headers }: Omit<Answer, 'text'>): string {
  return (headers['content-encoding'] === 'gzip' && body.length > 0 ? gunzipSync(body) : body).toString()
}
