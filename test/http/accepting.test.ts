import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const MAX = 40
const house = useHouse({ ACCEPTD_ROLE: 'api', ACCEPTD_MAX_ACCEPTING: String(MAX) })

const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await house.database.pool.query<Row>(text, values)).rows
const blocked = async () =>
  (
    await query(
      `select from pg_stat_activity
       where datname = current_database() and application_name = 'acceptd api' and wait_event_type = 'Lock'`,
    )
  ).length

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: { readonly id?: string; readonly code?: string }
}

async function post(key?: string): Promise<Answer> {
  const answer = await fetch(new URL('/tasks/ok', house.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    body: '{}',
  })
  const { status, headers } = answer
  return { status, retryAfter: headers.get('Retry-After'), body: (await answer.json()) as Answer['body'] }
}

/** Does something while another session holds what `statements` take. */
async function holding<T>(statements: string, work: (letGo: () => Promise<void>) => Promise<T>): Promise<T> {
  const client = await house.database.pool.connect()
  let held = true
  const letGo = async () => {
    if (held) await client.query('rollback')
    held = false
  }
  try {
    await client.query(`begin; ${statements}`)
    return await work(letGo)
  } finally {
    await letGo()
    client.release()
  }
}

/** Two transactions are held up by a lock, and more come than may wait behind them. */
const overfill = () =>
  holding('lock table acceptd.jobs in share mode', async (letGo) => {
    const all = [post()]
    await until('the first to be held up', async () => (await blocked()) === 1)
    all.push(post())
    await until('the second to be held up', async () => (await blocked()) === 2)
    let refused = 0
    const rest = Array.from({ length: MAX + 5 }, () => post())
    for (const each of rest) void each.then((answer) => answer.status === 503 && refused++)
    await until('what is too much to be refused', () => refused >= 5)
    await letGo()
    return Promise.all([...all, ...rest])
  })

describe('submissions that come together', () => {
  it('share a transaction, and are refused where too many wait', async () => {
    let answers: readonly Answer[] = []
    let before = 0
    await until('all to come before the first two have waited for too long', async () => {
      before = (await query('select from acceptd.jobs')).length
      answers = await overfill()
      return answers.slice(0, 2).every(({ status }) => status === 202)
    })
    const accepted = answers.filter(({ status }) => status === 202)
    const transactions = await query<{ jobs: number }>(
      'select count(*)::int as jobs from acceptd.jobs where id = any($1) group by xmin::text order by jobs desc',
      [accepted.map(({ body }) => body.id)],
    )
    expect(transactions.map(({ jobs }) => jobs)).toEqual([MAX, 1, 1])
    const refused = answers.filter(({ status }) => status !== 202)
    expect(refused.map(({ status, retryAfter, body }) => [status, retryAfter, body.code])).toEqual(
      Array.from({ length: 5 }, () => [503, '1', 'temporary-reduced-capacity']),
    )
    expect(await query('select from acceptd.jobs')).toHaveLength(before + accepted.length)
  })

  it('do not suffer for one whose key is held up', async () => {
    const job = `insert into acceptd.jobs (id, principal, task, input, max_attempts, fingerprint, idempotency_key, priority)
      values (gen_random_uuid(), 'anonymous', 'ok', '{}', 1, '', 'held', 0)`
    const answers = await holding(job, async () => {
      const others = Array.from({ length: 20 }, (_, n) => post(n % 2 ? `free-${n}` : undefined))
      // Longer than anybody waits for a lock: the holder does not let go.
      return Promise.all([post('held'), ...others])
    })
    const [held, ...others] = answers
    expect([held?.status, held?.body.code]).toEqual([409, 'idempotency-in-progress'])
    expect(others.map(({ status }) => status)).toEqual(Array(20).fill(202))
  })

  it('with one and the same key are one job, however many there are', async () => {
    const answers = await Promise.all(Array.from({ length: MAX }, () => post('same')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it('never wait for one another, whichever order their keys come in', async () => {
    const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`)
    const other = await house.extend({ ACCEPTD_ROLE: 'api' })
    const elsewhere = (key: string) =>
      fetch(`http://127.0.0.1:${other.port}/tasks/ok`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: '{}',
      }).then(async (answer) => ({ status: answer.status, id: ((await answer.json()) as { id: string }).id }))
    const here = (key: string) => post(key).then(({ status, body }) => ({ status, id: body.id }))
    const answers = await Promise.all([...keys.map(here), ...keys.toReversed().map(elsewhere)])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(keys.length)
  })
})
