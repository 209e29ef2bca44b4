import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inBatches, type BatchDone, type ManyDone } from '../../src/commands/in-batches.ts'
import type { Trx } from '../../src/store/database.ts'
import type { HeldJob } from '../../src/store/holding.ts'
import { deleteJobs } from '../../src/store/retention.ts'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })
const JOBS = 450

beforeEach(() =>
  house.database.pool.query(
    `insert into acceptd.jobs (id, principal, task, status, input, tags, attempt, max_attempts, fingerprint, priority,
       created_at, started_at, finished_at, expires_at, failure)
     select gen_random_uuid(), 'ada', 'ok', 'failed', '{}', '{}', 1, 1, '', 0, now() + n * interval '1 us', now(),
       now(), now() + interval '1 day', '{"code":"task-failed"}'
     from generate_series(1, $1::int) n`,
    [JOBS],
  ),
)
afterEach(() => house.database.pool.query('truncate acceptd.jobs, acceptd.tombstones'))

type Act = (trx: Trx, held: readonly HeldJob[]) => Promise<BatchDone>

const remove: Act = async (trx, held) => ({
  done: await deleteJobs(
    trx,
    held.map(({ id }) => id),
  ),
  tell: () => undefined,
})
const long = { workMs: 60_000, waitMs: 60_000 }
const run = (act: Act, more: Partial<typeof long & { limit: number }> = {}): Promise<ManyDone> =>
  inBatches(
    house.database.db,
    { principal: 'ada', filter: { status: 'failed' }, limit: 10_000, ...long, ...more },
    act,
  )
const left = async () => {
  const { rows } = await house.database.pool.query<{ n: number }>(
    'select count(*)::int as n from acceptd.jobs',
  )
  return rows[0]?.n
}

/** Does `otherwise` in place of the second batch. */
const second = (otherwise: Act): Act => {
  let batches = 0
  return (trx, held) => (++batches === 2 ? otherwise(trx, held) : remove(trx, held))
}

describe('what is done to many jobs', () => {
  it('is done in batches of 200, each job once', async () => {
    const sizes: number[] = []
    const seen = new Set<string>()
    const look: Act = (_, held) => {
      sizes.push(held.length)
      for (const { id } of held) seen.add(id)
      return Promise.resolve({ done: held.length, tell: () => undefined })
    }
    expect(await run(look)).toMatchObject({ matched: JOBS, done: JOBS, more: false })
    expect(sizes).toEqual([200, 200, 50])
    expect(seen.size).toBe(JOBS)
  })

  it('ends at the limit, and says whether there are more', async () => {
    expect(await run(remove, { limit: 250 })).toMatchObject({ matched: 250, done: 250, more: true })
    expect(await run(remove, { limit: 200 })).toMatchObject({ matched: 200, done: 200, more: false })
    expect(await left()).toBe(0)
  })

  it('answers with what was done where a batch fails after others', async () => {
    const done = await run(second(() => Promise.reject(new Error('No'))))
    expect(done).toMatchObject({ matched: 200, done: 200, more: true })
    expect(await left()).toBe(JOBS - 200)
  })

  it('fails where the first batch does, and nothing of that has happened', async () => {
    const fail: Act = async (trx, held) => {
      await remove(trx, held)
      throw new Error('No')
    }
    await expect(run(fail)).rejects.toThrow('No')
    expect(await left()).toBe(JOBS)
  })

  it('answers with what was done where a batch takes too long, and leaves that one to its fate', async () => {
    const slow: Act = async (trx, held) => {
      await sleep(1500)
      return remove(trx, held)
    }
    const began = performance.now()
    const done = await run(second(slow), { waitMs: 1000 })
    expect(done).toMatchObject({ done: 200, more: true })
    expect(performance.now() - began).toBeLessThan(1450)
    await expect.poll(left, { timeout: 5000 }).toBe(JOBS - 400)
  })

  it('begins no batch that would not be done in time', async () => {
    const slow: Act = async (trx, held) => {
      await sleep(300)
      return remove(trx, held)
    }
    expect(await run(slow, { workMs: 500 })).toMatchObject({ matched: 200, done: 200, more: true })
    expect(await left()).toBe(JOBS - 200)
  })

  it('tells after each commit, and not what did not happen', async () => {
    const told: (number | undefined)[] = []
    const tell = async (trx: Trx, held: readonly HeldJob[]) => ({
      ...(await remove(trx, held)),
      tell: () => void told.push(held.length),
    })
    let batches = 0
    await run((trx, held) => (++batches === 3 ? Promise.reject(new Error('No')) : tell(trx, held)))
    expect(told).toEqual([200, 200])
  })
})
