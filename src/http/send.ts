/** Writing a body. */
import { STATUS_CODES } from 'node:http'
import type { Request, Response } from 'express'
import { encoded, type Coding } from './content-coding.ts'
import { isUnchanged } from './etag.ts'

/** Ends with a line break, so that a shell prompt after curl stands on a line of its own. */
export function sendJson(res: Response, status: number, body: unknown, mediaType = 'application/json'): void {
  write(res, status, `${JSON.stringify(body)}\n`, mediaType)
}

export interface Representation {
  readonly etag: string
  readonly coding: Coding
  readonly mediaType?: string
  /** JSON text, or bytes as they are; asked for only where they are needed. */
  readonly text: () => string | Buffer
}

/** A 200, or the 304 that says the client has it (RFC 9110 §13.2.2, §15.4.5). The headers of both have been set. */
export async function sendRepresentation(
  req: Request,
  res: Response,
  { etag, coding, mediaType = 'application/json', text }: Representation,
): Promise<void> {
  if (isUnchanged(req, etag)) {
    res.writeHead(304).end()
    return
  }
  const given = text()
  const body = typeof given === 'string' ? `${given}\n` : given
  if (coding === 'identity') return write(res, 200, body, mediaType)
  res.set('Content-Encoding', coding)
  write(res, 200, await encoded(Buffer.from(body), coding), mediaType)
}

function write(res: Response, status: number, body: string | Buffer, mediaType: string): void {
  // Past Express's res.send, which would add a charset that JSON does not have (RFC 8259 §11).
  // With its phrase, or that of an answer that could not be written would stay.
  res.writeHead(status, STATUS_CODES[status] ?? '', {
    'Content-Type': mediaType,
    'Content-Length': Buffer.byteLength(body),
  })
  // Of a string node:http makes one piece with the header, and of that one write.
  res.end(body)
}
