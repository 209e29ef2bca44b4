import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { executePrepared } from '../../src/store/prepared.ts'
import { testDatabase } from '../support/database.ts'

it('plans a statement once, whatever its parameters, and leaves all others to be planned each time', async () => {
  const { url, drop } = await testDatabase()
  onTestFinished(drop)
  const onError = (error: Error) => {
    throw error
  }
  const { db, close } = openDatabase({ url, name: 'test', maxConnections: 1, onError })
  onTestFinished(close)
  const double = (n: number) => executePrepared(db, sql<{ n: number }>`select ${n}::int * 2 as n`)
  for (let n = 1; n <= 7; n++) expect((await double(n)).rows).toEqual([{ n: n * 2 }])
  await sql`select ${1}::int + 1`.execute(db)
  const { rows } = await sql`
    select statement, custom_plans::int as first, generic_plans::int as later from pg_prepared_statements`.execute(
    db,
  )
  // After five Postgres knows that it need not look at the parameters.
  expect(rows).toEqual([{ statement: 'select $1::int * 2 as n', first: 5, later: 2 }])
})
