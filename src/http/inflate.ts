/** Bodies that came compressed (RFC 9110 §8.4), made what they were; none becomes larger than a body may be. */
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

interface Bounds {
  readonly maxOutputLength: number
  readonly chunkSize: number
}

type Inflate = (body: Buffer, bounds: Bounds) => Promise<Buffer>

const INFLATES: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', promisify<Buffer, Bounds, Buffer>(zlib.gunzip)],
  ['deflate', promisify<Buffer, Bounds, Buffer>(zlib.inflate)],
  ['br', promisify<Buffer, Bounds, Buffer>(zlib.brotliDecompress)],
  ['zstd', promisify<Buffer, Bounds, Buffer>(zlib.zstdDecompress)],
])

const TAKEN = [...INFLATES.keys(), 'identity'].join(', ')

// Each piece is a turn of the event loop behind everything else: in Node's 16 KiB a large body took more than a hundred,
// which was seconds on a busy process.
const PIECE_BYTES = 256 * 1024

export interface Inflation {
  /** Before the body is read: is its coding one of ours? */
  readonly before: RequestHandler
  /** After it. */
  readonly after: RequestHandler
}

export function inflation(maxBytes: number): Inflation {
  const codings = new WeakMap<object, Inflate>()
  return {
    before(req, _res, next) {
      const coding = req.headers['content-encoding']?.toLowerCase() ?? 'identity'
      if (coding === 'identity') return next()
      const inflate = INFLATES.get(coding)
      if (!inflate) {
        const detail = 'The Content-Encoding is not supported'
        throw new HttpError('unsupported-media-type', detail, { headers: { 'Accept-Encoding': TAKEN } })
      }
      codings.set(req, inflate)
      // Or Express would do it, in small pieces.
      delete req.headers['content-encoding']
      next()
    },
    async after(req, _res, next) {
      const inflate = codings.get(req)
      const body: unknown = req.body
      if (inflate && Buffer.isBuffer(body)) req.body = await inflated(inflate, body, maxBytes)
      next()
    },
  }
}

async function inflated(inflate: Inflate, body: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await inflate(body, { maxOutputLength: maxBytes, chunkSize: PIECE_BYTES })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HttpError('content-too-large', `The body is larger than is taken here (${maxBytes} bytes)`)
    }
    throw new HttpError('malformed-body', 'The body could not be read')
  }
}
