/** One thing that is done to the server, made before it is known what the server has answered until then. */
import type { Knowledge } from './knowledge.ts'

/** A piece that may depend on what was answered before. */
export type Piece = string | ((known: Knowledge) => string)

export interface Request {
  readonly method: string
  readonly target: readonly Piece[]
  readonly headers: readonly (readonly [name: string, value: Piece])[]
  readonly body: Buffer
  /** Says so itself where there is a body: Content-Length, or chunks of this many bytes. */
  readonly chunks?: number
  /** It holds U+0000 or a lone surrogate where text is wanted. */
  readonly isFlawed?: boolean
}

export interface Sent {
  readonly method: string
  /** Without the query; undefined where it is not to be known. */
  readonly path: string
  readonly bytes: Buffer
  /** It has asked to be answered later. */
  readonly mayWait: boolean
  readonly isFlawed: boolean
}

/** Makes bytes of it; every character but those of the body is one. */
export function sentAs(request: Request, known: Knowledge, host: string): Sent {
  const { method, body, chunks } = request
  const target = request.target.map((piece) => textOf(piece, known)).join('')
  const headers = request.headers.map(([name, value]) => [name, textOf(value, known)] as const)
  const length =
    body.length === 0
      ? []
      : [chunks === undefined ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked']
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...length,
    '',
    '',
  ].join('\r\n')
  return {
    method,
    path: target.split(/[?#]/, 1)[0] ?? '',
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), chunks === undefined ? body : inChunks(body, chunks)]),
    mayWait: headers.some(([name, value]) => name === 'Prefer' && /wait/i.test(value)),
    isFlawed: request.isFlawed ?? false,
  }
}

function textOf(piece: Piece, known: Knowledge): string {
  return typeof piece === 'string' ? piece : piece(known)
}

function inChunks(body: Buffer, size: number): Buffer {
  if (body.length === 0) return body
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}
