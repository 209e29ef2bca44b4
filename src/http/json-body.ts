/** The request's JSON body: its media type, its size, its encoding, its numbers. */
import express, { type Request, type RequestHandler } from 'express'
import { isDeeperThan, MAX_DEPTH } from '../job/json.ts'
import { parseExactly } from './exact-numbers.ts'
import { HttpError } from './http-error.ts'
import { inflation } from './inflate.ts'

// A million characters of text, as the shipped tasks take, with room for what escaping adds.
export const MAX_BODY_BYTES = 2 * 1024 * 1024

const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES })
const inflate = inflation(MAX_BODY_BYTES)

/** Reads the body as it came; jsonOf makes sense of it. Media type and declared size are judged before a byte is read. */
export const jsonBody: RequestHandler[] = [mediaTypeIsJson, inflate.before, readBytes, inflate.after]

function mediaTypeIsJson(...[req, , next]: Parameters<RequestHandler>): void {
  const given = req.headers['content-type']
  // What nearly everybody says, and to be read without a parser of media types.
  if (given === 'application/json') return next()
  const hasBody = req.get('Transfer-Encoding') !== undefined || Number(req.get('Content-Length') ?? 0) > 0
  // Only UTF-8: other charsets are a way past filters that read the bytes (RFC 8259 §8.1).
  const charset = given && /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(given)?.[1]
  const isJson = req.is(['json', '+json']) && (!charset || /^utf-?8$/i.test(charset))
  if (hasBody && !isJson) {
    const detail = given
      ? 'Send application/json, in UTF-8'
      : 'Say what the body is: Content-Type: application/json'
    throw new HttpError('unsupported-media-type', detail, { headers: { Accept: 'application/json' } })
  }
  next()
}

/** @throws HttpError malformed-body */
export function jsonOf(req: Request): unknown {
  const bytes: unknown = req.body
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw new HttpError('malformed-body', 'Send a JSON body')
  const value = parse(decode(bytes))
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new HttpError('malformed-body', `The body is nested more than ${MAX_DEPTH} levels deep`)
  }
  return value
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
