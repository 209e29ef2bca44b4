/**
 * A shop that takes orders, and sends the receipt of each by a job. The order and the job are stored in one transaction:
 * there is no order without a receipt to come, and no receipt of an order that was rolled back.
 *
 *   npm run build                        once, in the checkout of acceptd; elsewhere: npm install acceptd
 *   node examples/express-app/app.ts
 *
 *   curl -i localhost:3000/orders -H 'Content-Type: application/json' -d '{"item":"tea","email":"ada@example.org"}'
 *
 * The order says where its receipt stands: below /async, where the whole API is, with its documentation at /async/docs.
 */
import type { AddressInfo } from 'node:net'
import { createAcceptd, JobError } from 'acceptd'
import express, { type ErrorRequestHandler } from 'express'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { sendReceipt } from './send-receipt.ts'

interface Shop {
  orders: { id: string; item: string; email: string; receipt: string }
}

// Without DATABASE_URL it brings a Postgres of its own; not in .data, where `npm start` would find jobs it does not know.
const acceptd = await createAcceptd({ tasks: { 'send-receipt': sendReceipt }, dataDir: '.data/shop' })
const pool = new pg.Pool({ connectionString: acceptd.databaseUrl })
// A connection that is lost while nobody uses it is no reason to end.
pool.on('error', (error) => console.warn(error.message))
const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }) })
await sql`create table if not exists orders (
  id uuid primary key, item text not null, email text not null, receipt text not null
)`.execute(db)

const app = express()

// Before the parser, so that acceptd reads its requests itself.
app.use('/async', acceptd.router)
app.use(express.json())

app.post('/orders', async (req, res) => {
  const { item, email } = req.body as { item: string; email: string }
  const id = crypto.randomUUID()
  const order = await db.transaction().execute(async (trx) => {
    const receipt = { order: id, item, email }
    const { job } = await acceptd.submit('send-receipt', receipt, { db: trx, idempotencyKey: id })
    const row = { id, item, email, receipt: job.links.self }
    // Where this fails, there is no job either.
    await trx.insertInto('orders').values(row).execute()
    return row
  })
  res.status(201).location(`/orders/${id}`).json(order)
})

app.get('/orders/:id', async (req, res) => {
  const order = await db.selectFrom('orders').selectAll().where('id', '=', req.params.id).executeTakeFirst()
  if (order) res.json(order)
  else res.status(404).json({ detail: 'There is no such order' })
})

// The receipt of an order that makes no sense is refused before it is stored, and so is the order.
app.use(((error: unknown, _req, res, next) => {
  if (error instanceof JobError && error.errors) res.status(422).json({ errors: error.errors })
  else next(error)
}) satisfies ErrorRequestHandler)

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`The shop is open at http://127.0.0.1:${port}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    // Meanwhile, because it ends the event streams that the server waits for.
    await acceptd.drain()
    await closed
    await db.destroy()
    // Last, because the Postgres may be its own.
    await acceptd.close()
  })
}
