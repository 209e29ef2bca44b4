/** Writing a JSON body. */
import type { Response } from 'express'

/** Ends with a line break, so that a shell prompt after curl stands on a line of its own. */
export function sendJson(res: Response, status: number, body: unknown, mediaType = 'application/json'): void {
  sendJsonText(res, status, JSON.stringify(body), mediaType)
}

/** As sendJson, for what is JSON text already. */
export function sendJsonText(
  res: Response,
  status: number,
  text: string,
  mediaType = 'application/json',
): void {
  const body = Buffer.from(`${text}\n`)
  // Past Express's res.send, which would add a charset that JSON does not have (RFC 8259 §11).
  res.writeHead(status, { 'Content-Type': mediaType, 'Content-Length': body.length })
  res.end(body)
}
