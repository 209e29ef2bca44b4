/**
 * Receives signed webhooks and calls, with the library of Standard Webhooks: npm install standardwebhooks
 *
 *   WEBHOOK_SECRETS=whsec_… PORT=8787 node receiver-with-library.ts
 *
 * WEBHOOK_SECRETS may hold several, with commas between: the new one and the old one, while one replaces the other.
 * Where a secret comes from, how to start acceptd and what to submit is in the README.md beside this file.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

const MAX_BYTES = 1024 * 1024

const webhooks = (process.env['WEBHOOK_SECRETS'] ?? '')
  .split(',')
  .map((secret) => secret.trim())
  .filter(Boolean)
  .map((secret) => new Webhook(secret))
if (webhooks.length === 0) throw new Error('Set WEBHOOK_SECRETS to whsec_…')

/** Whether one of the secrets is the one it was signed with. The library sees to the time and to the comparison. */
function isGenuine(headers: http.IncomingHttpHeaders, body: Buffer): boolean {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return webhooks.some((webhook) => {
    try {
      // The body need not be JSON. It must be text, though: the library makes some of it before it compares.
      webhook.verify(body, given, { jsonParse: false })
      return true
    } catch {
      return false
    }
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
