/** Submitting inside a transaction of the caller's own: the job is there if and only if that commits. */
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { JobError, type SubmitOptions, type SubmittedJob } from '../../src/acceptd.ts'
import { until } from '../support/until.ts'
import { useHost } from './support.ts'

const host = useHost()

interface Shop {
  orders: { orderName: string; jobId: string | null }
}

let pool: pg.Pool
let shop: Kysely<Shop>

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: host.databaseUrl })
  // As many have it: columns are written otherwise than in the database.
  shop = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
  await pool.query('create table orders (order_name text primary key, job_id text)')
})

afterAll(() => shop.destroy())

/** The two ways to lend a transaction. */
interface Way {
  readonly name: string
  transact<T>(work: (trx: Lent) => Promise<T>): Promise<T>
}

interface Lent {
  readonly db: NonNullable<SubmitOptions['db']>
  order(name: string, jobId: string): Promise<unknown>
  query(text: string): Promise<readonly Record<string, unknown>[]>
}

const WAYS: readonly Way[] = [
  {
    name: 'a transaction of kysely',
    transact: (work) => shop.transaction().execute((trx) => work(ofKysely(trx))),
  },
  {
    name: 'a client of pg',
    async transact(work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const done = await work(ofClient(client))
        await client.query('commit')
        return done
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
  },
]

class ChangeOfMind extends Error {}

describe.each(WAYS)('in $name', ({ transact }) => {
  it('the job and the caller’s rows are there when it commits, and the job runs; not before', async () => {
    const { id, links } = await transact(async ({ db, order }) => {
      const { job, replayed } = await host.acceptd.submit(
        'add',
        { a: 1, b: 1 },
        { db, idempotencyKey: key() },
      )
      expect(replayed).toBe(false)
      expect(job).toMatchObject({ task: 'add', status: 'pending', attempt: 0, maxAttempts: 3 })
      await order(job.id, job.id)
      await host.api.get(job.links.self).expect(404)
      expect(await traces(job.id)).toEqual({ orders: 0, jobs: 0, deliveries: 0 })
      return job
    })
    expect(await host.reaches(links.self, 'completed')).toMatchObject({ result: { sum: 2 } })
    expect(await traces(id)).toMatchObject({ orders: 1, jobs: 1 })
  })

  it('nothing is left when it is rolled back, and the key is free', async () => {
    const idempotencyKey = key()
    const left: SubmittedJob[] = []
    const changing = transact(async ({ db, order }) => {
      const submitted = await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey })
      left.push(submitted)
      await order(submitted.job.id, submitted.job.id)
      throw new ChangeOfMind()
    })
    await expect(changing).rejects.toThrow(ChangeOfMind)
    const [{ job }] = left as [SubmittedJob]
    const { id, links } = job
    expect(await traces(id)).toEqual({ orders: 0, jobs: 0, deliveries: 0 })
    await host.api.get(links.self).expect(404)
    const again = await host.acceptd.submit('add', { a: 2 }, { idempotencyKey })
    expect(again).toMatchObject({ replayed: false })
    expect(again.job.id).not.toBe(id)
  })

  it('a key that was used is a replay or a refusal, and the transaction goes on', async () => {
    const idempotencyKey = key()
    const first = await host.acceptd.submit('add', { a: 1 }, { idempotencyKey, tags: ['first'] })
    await host.reaches(first.job.links.self, 'completed')
    const { id } = await transact(async ({ db, order }) => {
      const again = await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey, tags: ['first'] })
      expect(again.replayed).toBe(true)
      const seen = await host.api.get(first.job.links.self)
      expect(again.job).toEqual(seen.body)
      const reused = host.acceptd.submit('add', { a: 2 }, { db, idempotencyKey })
      await expect(reused).rejects.toMatchObject({ name: 'JobError', code: 'idempotency-key-reused' })
      const { job } = await host.acceptd.submit('add', { a: 3 }, { db, idempotencyKey: key() })
      await order(job.id, job.id)
      return job
    })
    expect(await traces(id)).toMatchObject({ orders: 1, jobs: 1 })
  })

  it('the same key twice in one transaction is one job', async () => {
    const idempotencyKey = key()
    const [first, second] = await transact(({ db }) =>
      Promise.all([
        host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey }),
        host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey }),
      ]),
    )
    expect(second?.job.id).toBe(first?.job.id)
    expect([first?.replayed, second?.replayed]).toEqual([false, true])
  })

  it('a key whose job’s time is over makes a new job', async () => {
    const idempotencyKey = key()
    const { job: old } = await host.acceptd.submit('add', { a: 1 }, { idempotencyKey })
    await host.reaches(old.links.self, 'completed')
    await pool.query(`update acceptd.jobs set expires_at = now() - interval '1 s' where id = $1`, [old.id])
    const { job, replayed } = await transact(({ db }) =>
      host.acceptd.submit('add', { a: 9 }, { db, idempotencyKey }),
    )
    expect(replayed).toBe(false)
    expect(await host.reaches(job.links.self, 'completed')).toMatchObject({ result: { sum: 9 } })
    await host.api.get(old.links.self).expect(410)
  })

  it('what is not valid is refused, with everything that is wrong, and the transaction goes on', async () => {
    const { id } = await transact(async ({ db, order }) => {
      // @ts-expect-error: `a` is a number, and there is no `c`
      const wrong = host.acceptd.submit('add', { a: '1', c: 2 }, { db, priority: 1000 })
      const error: unknown = await wrong.catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(JobError)
      expect(error).toMatchObject({ code: 'validation-error' })
      const pointers = (error as JobError).errors?.map((each) => 'pointer' in each && each.pointer)
      expect(pointers?.toSorted()).toEqual(['#/input/a', '#/input/c', '#/priority'])
      const { job } = await host.acceptd.submit('add', { a: 1 }, { db })
      await order(job.id, job.id)
      return job
    })
    expect(await traces(id)).toMatchObject({ orders: 1, jobs: 1 })
  })

  it('the session of the caller is left as it is', async () => {
    const settings = `select name, setting from pg_settings where source = 'session' order by name`
    await transact(async ({ db, query }) => {
      await query(`set local lock_timeout = '4321ms'`)
      const before = await query(settings)
      await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey: key() })
      expect(await query(settings)).toEqual(before)
    })
  })

  it('workers hear of it when it commits, and of nothing before', async () => {
    const listener = new pg.Client({ connectionString: host.databaseUrl })
    await listener.connect()
    onTestFinished(() => listener.end())
    const heard: string[] = []
    listener.on('notification', ({ payload = '' }) => heard.push(payload))
    await listener.query('listen acceptd_work')
    const isHeard = async (mark: string) => {
      await pool.query(`select pg_notify('acceptd_work', $1)`, [mark])
      await until(`${mark} to be heard`, () => heard.includes(mark))
    }
    await transact(async ({ db }) => {
      await host.acceptd.submit('add', { a: 1 }, { db })
      await isHeard('before its commit')
    })
    await isHeard('after its commit')
    // What processes say in their own name is of other jobs.
    const others = heard.filter((payload) => !/^[0-9a-f-]{36} /.test(payload))
    expect(others).toEqual(['before its commit', 'somebody default', 'after its commit'])
  })

  it('what can wait for others, waits: a second transaction with the same key gets the first one’s job', async () => {
    const idempotencyKey = key()
    const second = Promise.withResolvers<SubmittedJob>()
    const first = await transact(async ({ db }) => {
      const submitted = await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey })
      transact((other) => host.acceptd.submit('add', { a: 1 }, { db: other.db, idempotencyKey })).then(
        second.resolve,
        second.reject,
      )
      await somebodyWaits()
      const post = host.api.post('/async/tasks/add').set('Idempotency-Key', idempotencyKey).send({ a: 1 })
      expect((await post.expect(409)).body).toMatchObject({ code: 'idempotency-in-progress' })
      return submitted
    })
    expect(await second.promise).toMatchObject({ job: { id: first.job.id }, replayed: true })
  })

  it('and gets a job of its own where the first is rolled back', async () => {
    const idempotencyKey = key()
    const second = Promise.withResolvers<SubmittedJob>()
    const changing = transact(async ({ db }) => {
      await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey })
      transact((other) => host.acceptd.submit('add', { a: 2 }, { db: other.db, idempotencyKey })).then(
        second.resolve,
        second.reject,
      )
      await somebodyWaits()
      throw new ChangeOfMind()
    })
    await expect(changing).rejects.toThrow(ChangeOfMind)
    const { job, replayed } = await second.promise
    expect(replayed).toBe(false)
    await host.reaches(job.links.self, 'completed')
  })

  it('a transaction that may not see what came after its begin fails, to be begun anew', async () => {
    const idempotencyKey = key()
    const begun = transact(async ({ db, query }) => {
      await query('set transaction isolation level repeatable read')
      await query('select 1')
      await host.acceptd.submit('add', { a: 1 }, { idempotencyKey })
      await host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey })
    })
    await expect(begun).rejects.toMatchObject({ code: '40001' })
    const again = await transact(({ db }) => host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey }))
    expect(again.replayed).toBe(true)
  })
})

describe('what is no transaction', () => {
  it.each([
    ['a Kysely', () => shop, /^db is a Kysely and not a transaction/],
    ['a Pool', () => pool, /^db is a Pool/],
    ['nothing of the kind', () => ({}), /^db must be a transaction/],
  ])('is refused: %s', async (_, db, message) => {
    const submitting = host.acceptd.submit('add', { a: 1 }, { db: db() as unknown as Lent['db'] })
    await expect(submitting).rejects.toThrow(message)
    await expect(submitting).rejects.toThrow(TypeError)
  })

  it('is refused: a client that has not said begin', async () => {
    const client = await pool.connect()
    try {
      await expect(host.acceptd.submit('add', { a: 1 }, { db: client })).rejects.toThrow(
        /no transaction has begun/,
      )
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    } finally {
      client.release()
    }
  })
})

describe('a connection that reads values its own way', () => {
  const TIMESTAMPTZ = 1184
  const text = (value: string) => value
  const texts = { getTypeParser: () => text }
  const timesAsTexts = {
    getTypeParser: (oid: number) =>
      oid === TIMESTAMPTZ ? text : (pg.types.getTypeParser(oid) as (value: string) => unknown),
  } as typeof pg.types

  it('makes no difference to what is answered', async () => {
    const idempotencyKey = key()
    const { job } = await host.acceptd.submit('add', { a: 1 }, { idempotencyKey })
    const { body } = await host.reaches(job.links.self, 'completed').then(() => host.api.get(job.links.self))
    const again = (db: Lent['db']) => host.acceptd.submit('add', { a: 1 }, { db, idempotencyKey })

    const client = new pg.Client({ connectionString: host.databaseUrl, types: texts })
    await client.connect()
    await client.query('begin')
    expect(await again(client)).toEqual({ job: body, replayed: true })
    await client.query('commit')
    await client.end()

    const other = new pg.Pool({ connectionString: host.databaseUrl, types: timesAsTexts })
    const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool: other }) })
    expect(await db.transaction().execute(again)).toEqual({ job: body, replayed: true })
    await db.destroy()
  })
})

let keys = 0
const key = () => `key-${++keys}`

async function traces(jobId: string) {
  const { rows } = await pool.query<Record<string, number>>(
    `select
       (select count(*)::int from orders where job_id = $1::text) as orders,
       (select count(*)::int from acceptd.jobs where id = $1::uuid) as jobs,
       (select count(*)::int from acceptd_queue.job where id = $1::uuid) as deliveries`,
    [jobId],
  )
  return rows[0]
}

/** Until a transaction waits for another. */
async function somebodyWaits(): Promise<void> {
  await until('a transaction to wait', async () => {
    const { rows } = await pool.query<{ waits: boolean }>(
      `select count(*) > 0 as waits from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into acceptd.jobs%'`,
    )
    return rows[0]?.waits ?? false
  })
}

function ofKysely(trx: Transaction<Shop>): Lent {
  return {
    db: trx,
    order: (orderName, jobId) => trx.insertInto('orders').values({ orderName, jobId }).execute(),
    query: async (text) => (await sql<Record<string, unknown>>`${sql.raw(text)}`.execute(trx)).rows,
  }
}

function ofClient(client: pg.PoolClient): Lent {
  return {
    db: client,
    order: (name, jobId) => client.query('insert into orders values ($1, $2)', [name, jobId]),
    query: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
  }
}
