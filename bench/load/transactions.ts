/** One transaction after another over one connection, as one would write it with node-postgres. */
import pg from 'pg'
import { figuresOf } from './figures-of.ts'
import type { LoadResult, Transaction, TransactionLoad } from './load.ts'

export async function transactionLoad(
  { databaseUrl, inserts, warmUpSeconds, seconds }: TransactionLoad,
  begin: () => Promise<void>,
): Promise<LoadResult> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await repeat(client, inserts, warmUpSeconds)
  await begin()
  const result = await repeat(client, inserts, seconds)
  await client.end()
  return result
}

async function repeat(
  client: pg.Client,
  inserts: Transaction['inserts'],
  seconds: number,
): Promise<LoadResult> {
  const latencies: number[] = []
  const began = performance.now()
  while (performance.now() - began < seconds * 1000) {
    const start = performance.now()
    await transact(client, inserts)
    latencies.push(performance.now() - start)
  }
  return figuresOf(latencies, (performance.now() - began) / 1000)
}

async function transact(client: pg.Client, inserts: Transaction['inserts']): Promise<void> {
  const newId = crypto.randomUUID()
  await client.query('begin')
  // Named, so that each is parsed once.
  for (const { text, values, id } of inserts)
    await client.query({ name: text.slice(0, 40), text, values: values.with(id, newId) })
  await client.query('commit')
}
