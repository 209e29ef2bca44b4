import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBoss } from '../../src/queue/boss.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })
let boss: PgBoss

beforeAll(async () => {
  boss = await startBoss({ pool: house.database.pool, queues: [], onError: () => undefined })
})
afterAll(() => boss.stop({ graceful: false }))

/** The delivery as it stands in pg-boss's table, without its id; times as how far they are from its creation. */
async function delivery(id: string): Promise<object> {
  const { rows } = await house.database.pool.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(job) - 'id' - 'created_on' || jsonb_build_object(
       'start_after', extract(epoch from start_after - created_on)::int,
       'keep_until', extract(epoch from keep_until - created_on)::int
     ) as row from acceptd_queue.job where id = $1`,
    [id],
  )
  expect(rows).toHaveLength(1)
  return rows[0]!.row
}

describe('a delivery', () => {
  it('is written as pg-boss itself would write it', async () => {
    const { job } = await house.api.submit('ok?priority=7', {})
    const id = randomUUID()
    await boss.insert('default', [{ id, priority: 7 }])
    expect(await delivery(job.id)).toEqual(await delivery(id))
    await boss.deleteJob('default', id)
  })

  it('is so for a job that is to run later', async () => {
    const runAt = new Date(Date.now() + 3_600_000).toISOString()
    const { job } = await house.api.submit(`ok?runAt=${encodeURIComponent(runAt)}`, {})
    const id = randomUUID()
    await boss.insert('default', [{ id, priority: 0, startAfter: runAt }])
    expect(await delivery(job.id)).toEqual(await delivery(id))
    await boss.deleteJob('default', id)
  })
})
