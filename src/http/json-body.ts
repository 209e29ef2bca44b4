/** The request's JSON body: its media type, its size, its encoding, its numbers. */
import express, { type Request, type RequestHandler } from 'express'
import { isDeeperThan, MAX_DEPTH } from '../job/json.ts'
import { parseExactly } from './exact-numbers.ts'
import { hasBody, isRead, withDoubts } from './given-body.ts'
import { HttpError } from './http-error.ts'
import { inflation } from './inflate.ts'

// A million characters of text, as the shipped tasks take, with room for what escaping adds.
export const MAX_BODY_BYTES = 2 * 1024 * 1024

const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES })
const inflate = inflation(MAX_BODY_BYTES)

/** Reads the body as it came; jsonOf makes sense of it. Media type and declared size are judged before a byte is read. */
export const jsonBody: RequestHandler[] = [
  mediaTypeIsJson,
  unlessRead(inflate.before),
  readBytes,
  inflate.after,
]

function mediaTypeIsJson(...[req, , next]: Parameters<RequestHandler>): void {
  const given = req.headers['content-type']
  // What nearly everybody says, and to be read without a parser of media types.
  if (given === 'application/json') return next()
  // Only UTF-8: other charsets are a way past filters that read the bytes (RFC 8259 §8.1).
  const charset = given && /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(given)?.[1]
  const isJson = req.is(['json', '+json']) && (!charset || /^utf-?8$/i.test(charset))
  if (hasBody(req) && !isJson) {
    const detail = given
      ? 'Send application/json, in UTF-8'
      : 'Say what the body is: Content-Type: application/json'
    throw new HttpError('unsupported-media-type', detail, { headers: { Accept: 'application/json' } })
  }
  next()
}

/** @throws HttpError malformed-body */
export function jsonOf(req: Request): unknown {
  const body: unknown = req.body
  const isEmpty = Buffer.isBuffer(body) ? body.length === 0 : !isRead(req)
  if (isEmpty) throw new HttpError('malformed-body', 'Send a JSON body')
  if (Buffer.isBuffer(body)) return notTooDeep(parse(decode(body)))
  // The app that we are mounted in has parsers of its own.
  if (typeof body === 'string') return notTooDeep(parse(body))
  if (body === undefined) throw new HttpError('internal-error', READ_AND_GONE)
  return withDoubts(notTooDeep(body))
}

// For whoever mounts us, who will see it first; the client has done nothing wrong.
const READ_AND_GONE =
  'Something read the body before acceptd could, and left nothing in req.body; mount acceptd before it'

/** Whoever has read it has undone its coding. */
function unlessRead(handler: RequestHandler): RequestHandler {
  return (req, res, next) => (isRead(req) ? next() : handler(req, res, next))
}

function notTooDeep(value: unknown): unknown {
  if (!isDeeperThan(value, MAX_DEPTH)) return value
  throw new HttpError('malformed-body', `The body is nested more than ${MAX_DEPTH} levels deep`)
}

// Not Buffer.toString, which puts U+FFFD for what is not UTF-8: two different bodies would become one.
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw new HttpError('malformed-body', 'The body is not valid UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return parseExactly(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new HttpError('malformed-body', `The body is not valid JSON${placeOf(error.message)}`)
  }
}

/** ` at line 3, column 7`, where the parser says; its other words quote the body and are not ours to repeat. */
function placeOf(message: string): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? []
  return line && column ? ` (line ${line}, column ${column})` : ''
}
