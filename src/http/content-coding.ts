/** Content codings: what is large is sent compressed to whoever takes it (RFC 9110 §8.4, §12.5.3). */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request } from 'express'

export type Coding = 'identity' | 'gzip'

// Below this the headers weigh more than what is saved.
const MIN_BYTES = 1024

/** Decided by what the row says, before there is a body: the ETag depends on it, and a 304 has none. */
export function codingFor(req: Request, bytes: number, mediaType = 'application/json'): Coding {
  const worthwhile = bytes >= MIN_BYTES && /^(text\/|application\/(json|xml)|.*\+(json|xml))/.test(mediaType)
  return worthwhile && req.acceptsEncodings(['gzip', 'identity']) === 'gzip' ? 'gzip' : 'identity'
}

const compress = promisify(gzip)

/** Off the event loop: a megabyte takes some ten milliseconds. */
export async function encoded(body: Buffer, coding: Coding): Promise<Buffer> {
  return coding === 'gzip' ? compress(body) : body
}
