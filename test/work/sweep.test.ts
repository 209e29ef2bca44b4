import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBoss } from '../../src/queue/boss.ts'
import { enrolWorker, removeWorker } from '../../src/store/workers.ts'
import { claim } from '../../src/work/claim.ts'
import { mend } from '../../src/work/mend.ts'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

// The API's process sweeps.
const house = useHouse({ ACCEPTD_ROLE: 'api' })
let boss: PgBoss

beforeAll(async () => {
  boss = await startBoss({ pool: house.database.pool, queues: [], onError: () => undefined })
})
afterAll(() => boss.stop({ graceful: false }))

it('takes back all that can be, behind however many that cannot', async () => {
  const { db, pool } = house.database
  const worker = randomUUID()
  await enrolWorker(db, { id: worker, host: 'test', pid: 1, slots: { default: 1000 }, concurrency: 1000 })
  await pool.query(`update acceptd.workers set seen_at = 'infinity' where id = $1`, [worker])
  await Promise.all(Array.from({ length: 130 }, () => house.api.submit('flaky', {})))
  const ids = (await claim({ db, boss }, worker, 'default', 130)).map(({ id }) => id)
  const [broken, sound] = [ids.slice(0, 120), ids.slice(120)]
  await pool.query('delete from acceptd_queue.job where id = any($1::uuid[])', [broken])
  // By their place in the table they come last.
  await pool.query('update acceptd.jobs set tags = tags where id = any($1::uuid[])', [sound])
  await removeWorker(db, worker)
  await until('the sound ones to be taken back', async () => {
    const { rows } = await pool.query<{ status: string }>(
      'select distinct status from acceptd.jobs where id = any($1::uuid[])',
      [sound],
    )
    return rows.every(({ status }) => status === 'pending')
  })
  const { rowCount } = await pool.query('select from acceptd.jobs where worker_id = $1', [worker])
  expect(rowCount).toBe(broken.length)
  const mended = []
  for await (const mending of mend(db)) mended.push(mending.disagreement.id)
  expect(mended.toSorted()).toEqual(broken.toSorted())
})
