/** What one writes first: for each request a transaction with the job's own row and `boss.send`. */
import pg from 'pg'
import { inTransactionOf, startBoss } from './boss.ts'
import { jobApp, listen } from './job-app.ts'

const connectionString = process.env['BENCH_DATABASE_URL'] ?? ''
const pool = new pg.Pool({ connectionString, max: 20 })
await pool.query(
  'create table jobs (id uuid primary key, task text not null, input json not null, created_at timestamptz not null default now())',
)
const boss = await startBoss(connectionString)

listen(
  jobApp(async (task, id, input) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query('insert into jobs (id, task, input) values ($1, $2, $3)', [id, task, input])
      await boss.send(task, input, { id, db: inTransactionOf(client) })
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }),
)
