/**
 * A page that runs jobs: it and the API come from one server, so that the browser asks nobody else.
 *
 *   npm run build                      once, in the checkout of acceptd; elsewhere: npm install acceptd express
 *   node examples/browser/server.ts    then http://localhost:3000
 */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createAcceptd, defineTask, z } from 'acceptd'
import express from 'express'

const countdown = defineTask({
  summary: 'Count down',
  input: z.object({ from: z.int().min(1).max(100) }),
  output: z.object({ counted: z.int() }),
  async run({ from }, { signal, progress }) {
    for (let left = from; left > 0; left--) {
      progress(((from - left) / from) * 100, `${left} to go`)
      await sleep(200, undefined, { signal })
    }
    return { counted: from }
  },
})

// Without DATABASE_URL it brings a Postgres of its own; not in .data, where `npm start` would find jobs it does not know.
const acceptd = await createAcceptd({ tasks: { countdown }, dataDir: '.data/countdown' })
const client = fileURLToPath(import.meta.resolve('acceptd/client'))

const app = express()
app.use('/async', acceptd.router)
// One file without dependencies. A page that is bundled imports it like any other package.
app.get('/acceptd-client.js', (_req, res) => res.sendFile(client))
app.use(express.static(path.join(import.meta.dirname, 'page')))

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`The page is at http://localhost:${port}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    await acceptd.drain()
    await closed
    await acceptd.close()
  })
}
