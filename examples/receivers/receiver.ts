/**
 * Receives signed webhooks and calls, with what Node has.
 *
 *   WEBHOOK_SECRETS=whsec_… PORT=8787 node receiver.ts
 *
 * WEBHOOK_SECRETS may hold several, with commas between: the new one and the old one, while one replaces the other.
 * Where a secret comes from, how to start acceptd and what to submit is in the README.md beside this file.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

const TOLERANCE_SECONDS = 5 * 60
const MAX_BYTES = 1024 * 1024

const keys = (process.env['WEBHOOK_SECRETS'] ?? '')
  .split(',')
  .map((secret) => Buffer.from(secret.trim().replace(/^whsec_/, ''), 'base64'))
  // A key of nothing would take what anybody signs.
  .filter(({ length }) => length >= 24)
if (keys.length === 0) throw new Error('Set WEBHOOK_SECRETS to whsec_… of 24 bytes or more')

/** Whether somebody who knows one of the secrets sent exactly these bytes, lately. */
function isGenuine(headers: http.IncomingHttpHeaders, body: Buffer): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  // Whoever records a request must not be able to send it again next week.
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'))
  return keys.some((key) => {
    // The bytes as they came: JSON that was parsed and written anew is other bytes.
    const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    // In constant time, or the answer's delay tells how much of a guess is right.
    return given.some((each) => each.length === wanted.length && timingSafeEqual(each, wanted))
  })
}

// In place of a table with a unique column: what is sent again after a restart must be known, too. A webhook is sent
// again for some days.
const seen = new Set<string>()

/** Keeps it, for somebody to act on afterwards: the sender waits. What throws here is sent again. */
function keep(id: string, body: Buffer): void {
  console.log(`kept ${id}: ${body.length} bytes`)
}

async function bytesOf(req: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    // Read on all the same: who is cut off does not hear why.
    if (length <= MAX_BYTES) chunks.push(chunk)
  }
  return length <= MAX_BYTES ? Buffer.concat(chunks) : undefined
}

async function answer(req: http.IncomingMessage): Promise<number> {
  const body = await bytesOf(req)
  if (!body) return 413
  if (!isGenuine(req.headers, body)) return 401
  const id = String(req.headers['webhook-id'])
  // The same thing once more, because the answer to the first got lost.
  if (seen.has(id)) return 204
  keep(id, body)
  seen.add(id)
  return 204
}

const server = http.createServer((req, res) => {
  answer(req).then(
    (status) => res.writeHead(status).end(),
    () => res.writeHead(500).end(),
  )
})
server.listen(Number(process.env['PORT'] ?? 8787), '127.0.0.1', () => {
  console.log(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
