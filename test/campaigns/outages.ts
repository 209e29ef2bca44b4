/** `npm run campaign:outages -- --cycles 10`: what do clients see of a database that goes away, and for how long? */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { audit } from '../../src/queue/audit.ts'
import { openDatabase } from '../../src/store/database.ts'
import { ask, askEveryRoute, type Answered } from '../support/every-route.ts'
import { ownPostgres } from '../support/own-postgres.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'
import { quantile } from './figures.ts'
import { KINDS, query } from './outages/kinds.ts'
import { startServer } from './server-process.ts'

// A request to each of a dozen routes, this often.
const ROUND_MS = 250
const LIMIT_MS = 2000
// Ten for requests, ten for work, one that listens.
const MOST_CONNECTIONS = 21

interface Result {
  readonly answers: Answered[]
  readonly untilAcceptedMs: number[]
  connections: number
}

const { values } = parseArgs({
  options: { cycles: { type: 'string', default: '10' }, only: { type: 'string', default: '' } },
})
const cycles = Number(values.cycles)
const kinds = Object.entries(KINDS).filter(([name]) => name.includes(values.only))

const postgres = await ownPostgres()
const proxy = await tcpProxy(postgres.url)
const server = await startServer(proxy.url, import.meta.dirname, {
  ACCEPTD_TASKS: path.join(import.meta.dirname, '../fixtures/tasks'),
  LOG_LEVEL: 'silent',
})
const url = server.url().origin
const accepted = new Set<string>()
let latest = `/jobs/${crypto.randomUUID()}`

try {
  const results = new Map<string, Result>()
  for (const [name, begin] of kinds) {
    const result: Result = { answers: [], untilAcceptedMs: [], connections: 0 }
    results.set(name, result)
    for (let cycle = 0; cycle < cycles; cycle++) {
      const load = keepAsking(result.answers)
      await sleep(500)
      const back = await begin({ postgres, proxy })
      await back()
      result.untilAcceptedMs.push(await firstAccepted(result.answers))
      await load.stop()
    }
    await until('the pools to be at rest', async () => (await connections("and state <> 'idle'")) === 0)
    result.connections = await connections('')
    process.stdout.write(line(name, result))
  }
  const lost = await findLost()
  const bad = [...results].filter(([, result]) => !isGood(result)).map(([name]) => name)
  process.stdout.write(`${accepted.size} jobs accepted, ${lost.length} of them not completed\n`)
  process.stdout.write(
    `verdict: ${bad.length + lost.length === 0 ? 'good' : `bad (${[...bad, ...lost].join(', ')})`}\n`,
  )
  process.exitCode = bad.length + lost.length === 0 ? 0 : 1
} finally {
  await server.stop()
  await proxy.close()
  await postgres.remove()
}

/** Without waiting for answers: clients do not take turns. */
function keepAsking(answers: Answered[]) {
  const rounds = new Set<Promise<void>>()
  const askOnce = async () => {
    for (const answer of await askEveryRoute(url, latest)) note(answers, answer)
  }
  const timer = setInterval(() => {
    const round = askOnce().finally(() => rounds.delete(round))
    rounds.add(round)
  }, ROUND_MS)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(rounds)
    },
  }
}

function note(answers: Answered[], answer: Answered): void {
  answers.push(answer)
  if (!answer.request.startsWith('POST /tasks/') || answer.location === null) return
  // Either followed to its end, or canceled, run again and deleted.
  if (answers.length % 2 === 0) accepted.add(answer.location)
  else latest = answer.location
}

/** From now until somebody who asks again and again is accepted. */
async function firstAccepted(answers: Answered[]): Promise<number> {
  const began = performance.now()
  for (;;) {
    const answer = await ask(url, 'POST', '/tasks/ok')
    answers.push(answer)
    if (answer.status === 202) {
      if (answer.location !== null) accepted.add(answer.location)
      return performance.now() - began
    }
    await sleep(20)
  }
}

async function connections(which: string): Promise<number> {
  const rows = await query(
    postgres.url,
    `select from pg_stat_activity where application_name in ('acceptd api', 'acceptd work', 'acceptd listener') ${which}`,
  )
  return rows.length
}

/** Jobs that were accepted and left alone, and whatever the audit finds. */
async function findLost(): Promise<string[]> {
  const database = openDatabase({
    url: postgres.url,
    name: 'campaign',
    maxConnections: 1,
    onError: () => undefined,
  })
  try {
    const ids = [...accepted].map((location) => location.slice('/jobs/'.length))
    const unfinished = async () =>
      (await database.pool.query("select from acceptd.jobs where status in ('pending', 'running')")).rowCount
    await until('every job to end', async () => (await unfinished()) === 0)
    const { rows } = await database.pool.query<{ id: string }>(
      "select id from unnest($1::uuid[]) as given (id) where id not in (select id from acceptd.jobs where status = 'completed')",
      [ids],
    )
    const disagreements = await audit(database.db)
    return [...rows, ...disagreements].map(({ id }) => id)
  } finally {
    await database.close()
  }
}

function isGood({ answers, untilAcceptedMs, connections: open }: Result): boolean {
  const unexpected = answers.filter(
    ({ status, retryAfter }) =>
      status === 0 || status === 500 || (status === 503 && !(Number(retryAfter) > 0)),
  )
  return (
    unexpected.length === 0 &&
    slowest(answers) <= LIMIT_MS &&
    quantile(untilAcceptedMs, 1) <= LIMIT_MS &&
    open <= MOST_CONNECTIONS
  )
}

function slowest(answers: readonly Answered[]): number {
  return quantile(
    answers.map(({ ms }) => ms),
    1,
  )
}

function line(name: string, { answers, untilAcceptedMs, connections: open }: Result): string {
  const byStatus = Map.groupBy(answers, ({ status }) => status)
  const counts = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, some]) => `${some.length} × ${status}`)
  const times = `first 202 after ${quantile(untilAcceptedMs, 0.5).toFixed(0)} ms (most ${quantile(untilAcceptedMs, 1).toFixed(0)})`
  return `${name}: ${untilAcceptedMs.length} times; slowest answer ${slowest(answers).toFixed(0)} ms; ${times}; ${open} connections afterwards\n  ${counts.join(', ')}\n`
}
