import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Program } from '../../src/main.ts'
import { askEveryRoute } from '../support/every-route.ts'
import { useHouse } from '../support/house.ts'
import { ownPostgres, type OwnPostgres } from '../support/own-postgres.ts'
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })
let postgres: OwnPostgres
let proxy: TcpProxy
let acceptd: Program
let worker: Program
let url = ''

beforeAll(async () => {
  postgres = await ownPostgres()
  proxy = await tcpProxy(postgres.url)
  acceptd = await house.extend({
    DATABASE_URL: proxy.url,
    ACCEPTD_ROLE: 'api',
    ACCEPTD_ANSWER_MS: '4000',
  })
  // By a way of its own: a worker waits for longer.
  worker = await house.extend({ DATABASE_URL: postgres.url, ACCEPTD_ROLE: 'worker' })
  url = `http://127.0.0.1:${acceptd.port}`
})
afterAll(async () => {
  await Promise.all([acceptd.close(), worker.close()])
  await proxy.close()
  await postgres.remove()
})

async function ask<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url, application_name: 'test' })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

const submit = () =>
  fetch(`${url}/tasks/ok`, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })
const statusOf = async (path: string) => (await fetch(url + path)).status

/** Whole again: it accepts, it says so, its jobs run, and no connection is left over. */
async function expectRecovery(): Promise<void> {
  await until('the first 202', async () => (await submit()).status === 202)
  await until('readiness', async () => (await statusOf('/readyz')) === 200)
  const location = (await submit()).headers.get('location') ?? ''
  await until(
    'a job to end',
    async () => ((await (await fetch(url + location)).json()) as { done: boolean }).done,
  )
  await until('nobody to be waited for', async () => {
    const rows = await ask(
      "select from pg_stat_activity where application_name in ('acceptd api', 'acceptd work') and state <> 'idle'",
    )
    return rows.length === 0
  })
  const open = await ask<{ name: string; n: number }>(
    `select application_name as name, count(*)::int as n from pg_stat_activity
     where application_name like 'acceptd %' group by 1`,
  )
  // Of two processes, of which one has no API; what is more was leaked.
  const most: Record<string, number> = {
    'acceptd api': 10,
    'acceptd work': 20,
    'acceptd pulse': 2,
    'acceptd listener': 2,
  }
  expect(open.filter(({ name, n }) => n > (most[name] ?? 0))).toEqual([])
}

/** What begins, and how it ends. */
const SILENCES: Record<string, () => Promise<() => Promise<void> | void>> = {
  'whose way is a black hole': async () => {
    proxy.blackhole()
    return () => proxy.mend()
  },
  'that is stopped by SIGSTOP': async () => {
    postgres.freeze()
    return () => postgres.thaw()
  },
  'whose jobs somebody has locked': async () => {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query('begin; lock table acceptd.jobs')
    return () => client.end()
  },
  'that resets every connection and is gone': async () => {
    proxy.reset()
    proxy.cut()
    return () => proxy.mend()
  },
  'that has crashed': async () => {
    await postgres.stop('immediate')
    return () => postgres.start()
  },
  'that an administrator stops': async () => {
    await postgres.stop('fast')
    return () => postgres.start()
  },
}

describe('a database', () => {
  it.each(Object.keys(SILENCES))(
    '%s is 503 with Retry-After on every route, and found again',
    async (kind) => {
      await expectRecovery()
      const location = (await submit()).headers.get('location') ?? ''
      const end = await SILENCES[kind]?.()
      onTestFinished(() => end?.())
      // Twice: by connections that were open before, and by new ones.
      for (let round = 1; round <= 2; round++) {
        const answers = await askEveryRoute(url, location)
        expect(
          answers.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) > 0)),
        ).toEqual([])
        expect(await statusOf('/livez')).toBe(200)
      }
      await end?.()
      await expectRecovery()
    },
  )

  it('that comes and goes costs no connection', async () => {
    for (let cycle = 0; cycle < 6; cycle++) {
      await expectRecovery()
      const asked = askEveryRoute(url, `/jobs/${crypto.randomUUID()}`)
      if (cycle % 3 === 0) proxy.reset()
      else if (cycle % 3 === 1) proxy.cut()
      else
        await ask(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^acceptd'",
        )
      await asked
      proxy.mend()
    }
    await expectRecovery()
  })

  it('that takes no writes is 503 for these and answers the rest, and what ran meanwhile is settled', async () => {
    await expectRecovery()
    const slow = { method: 'POST', body: '{"seconds": 2}', headers: { 'Content-Type': 'application/json' } }
    const running = (await fetch(`${url}/tasks/slow`, slow)).headers.get('location') ?? ''
    const read = async () =>
      (await (await fetch(url + running)).json()) as { status: string; attempt: number }
    await until('the job to run', async () => (await read()).status === 'running')
    const configure = async (change: string) => {
      await ask(`alter system ${change}`)
      await ask('select pg_reload_conf()')
    }
    await configure('set default_transaction_read_only = on')
    onTestFinished(() => configure('reset default_transaction_read_only'))
    await until('writes to be refused', async () => (await submit()).status === 503)
    const answers = await askEveryRoute(url, running)
    const got = Object.fromEntries(
      answers.map(({ request, status }) => [
        request.replace(running, '…').replace(/[0-9a-f-]{36}/, '…'),
        status,
      ]),
    )
    expect(got).toEqual({
      'POST /tasks/ok': 503,
      'GET /jobs': 200,
      'POST /jobs/retry?task=nobody': 503,
      'POST /jobs/delete?status=completed&task=nobody': 503,
      'POST /jobs/retry?dryRun=true': 200,
      'GET …': 200,
      'GET …/result': 404,
      'GET …/attempts': 200,
      'GET …/deliveries': 200,
      'POST …/deliveries/…/redeliver': 404,
      'GET /endpoints': 200,
      'GET …/events': 200,
      'POST …/cancel': 503,
      'POST …/retry': 503,
      'DELETE …': 503,
    })
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([])

    await configure('reset default_transaction_read_only')
    await expectRecovery()
    await until('the job to be settled', async () => (await read()).status === 'completed')
    expect((await read()).attempt).toBe(1)
  })

  it('that is slow is served all the same', async () => {
    await expectRecovery()
    proxy.delay(100)
    onTestFinished(() => proxy.mend())
    const answer = await submit()
    expect(answer.status).toBe(202)
    const location = answer.headers.get('location') ?? ''
    const waited = await fetch(url + location, { headers: { Prefer: 'wait=30' } })
    expect(((await waited.json()) as { status: string }).status).toBe('completed')
  })

  it('all of whose connections are taken is told apart from one that is well, and recovers', async () => {
    await expectRecovery()
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('begin; lock table acceptd.jobs')
    // More than there are connections; each holds its own until it may wait no longer.
    const lists = Promise.all(Array.from({ length: 40 }, () => statusOf('/jobs')))
    await until('every connection to be held up', async () => {
      const held = await ask(
        "select from pg_stat_activity where application_name = 'acceptd api' and wait_event_type = 'Lock'",
      )
      return held.length === 10
    })
    expect(await statusOf('/livez')).toBe(200)
    await until('readiness to say so', async () => (await statusOf('/readyz')) === 503)
    expect(new Set(await lists)).toEqual(new Set([503]))
    await client.query('rollback')
    await expectRecovery()
  })

  it('that takes no more connections is 503, and is found again when it does', async () => {
    // A user of whom there may be so many; of the server's own limit Postgres says the same (53300).
    await ask("create role crowded login password 'crowded'")
    await ask('create database crowded owner crowded')
    const login = { username: 'crowded', password: 'crowded', pathname: '/crowded' }
    const crowded = await house.extend({ DATABASE_URL: Object.assign(new URL(postgres.url), login).href })
    const ready = async () => (await fetch(`http://127.0.0.1:${crowded.port}/readyz`)).status
    expect(await ready()).toBe(200)

    await ask('alter role crowded connection limit 0')
    await ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'crowded'")
    const unknown = `/jobs/${crypto.randomUUID()}`
    const answers = await askEveryRoute(`http://127.0.0.1:${crowded.port}`, unknown)
    expect(answers.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) > 0))).toEqual(
      [],
    )
    expect(await ready()).toBe(503)

    await ask('alter role crowded connection limit -1')
    await until('readiness', async () => (await ready()) === 200)
    await crowded.close()
  })
})
