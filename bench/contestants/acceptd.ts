/** acceptd as it is: started from its own command line, on the Postgres that comes with it. */
import path from 'node:path'
import { startCommand } from '../stores/child.ts'
import { freePort } from '../stores/free-port.ts'
import { openPostgres, type Postgres } from '../stores/postgres.ts'
import { until } from '../stores/until.ts'
import { submitMany } from '../load/run-load.ts'
import { ACCEPTD, type Contestant, type Stand } from './contestant.ts'
import type { Api, Started, Worker } from './started.ts'

const BIN = path.join(import.meta.dirname, '../../bin/acceptd.js')
const TASKS = path.join(import.meta.dirname, '../tasks')

export const acceptd: Contestant = {
  name: ACCEPTD,
  measures: ['submit', 'submit-keyed', 'plain-transaction', 'latency', 'drain', 'poll', 'idle', 'disk'],
  open: (folder, started) => openAcceptd(path.join(folder, 'data'), started),
}

export async function openAcceptd(dataDir: string, started: Started, { keep = false } = {}): Promise<Stand> {
  // Joined here as well, so that it goes on when a process of acceptd's ends.
  const postgres = started.store('postgres', await openPostgres(dataDir, { keep }))
  const start = (role: string, settings: Readonly<Record<string, string>>) =>
    startProcess(started, role, { ACCEPTD_DATA_DIR: dataDir, ...settings })
  const serve = async () => {
    const port = await freePort()
    return apiOn(port, start('api', { PORT: String(port) }))
  }
  return {
    serve,
    work: async ({ concurrency, jobs }) =>
      start('worker', { ACCEPTD_CONCURRENCY: String(concurrency), BENCH_JOBS: String(jobs) }),
    async fill(jobs) {
      const api = await serve()
      await submitMany(api, jobs)
      await api.stop()
    },
    remaining: () =>
      postgres.count("select count(*) from acceptd.jobs where status in ('pending', 'running')"),
    bytes: postgres.bytes,
    traces: () => readTraces(postgres),
    transactions: () =>
      postgres.count(
        'select xact_commit + xact_rollback from pg_stat_database where datname = current_database()',
      ),
    async serveAll(tasks) {
      const port = await freePort()
      await apiOn(port, start('all', { PORT: String(port), ACCEPTD_TASKS: tasks }))
    },
  }
}

function startProcess(started: Started, role: string, settings: Readonly<Record<string, string>>) {
  const env = { ACCEPTD_ROLE: role, ACCEPTD_TASKS: TASKS, LOG_LEVEL: 'warn', ...settings }
  return started.child(role, startCommand(process.execPath, [BIN, 'serve'], env))
}

async function apiOn(port: number, { process, stop }: Worker): Promise<Api> {
  const url = `http://127.0.0.1:${port}`
  await until('acceptd to be ready', 50, 60, async () => {
    if (process.exitCode !== null) throw new Error(`acceptd ended with ${process.exitCode}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    return answer?.ok === true
  })
  return { url, submitPath: (task) => `/tasks/${task}`, stop }
}

async function readTraces(postgres: Postgres) {
  const { rows } = await postgres.pool.query<{ n: number; startedAt: number; finishedAt: number }>(`
    select (result->>'n')::int as n, (result->>'startedAt')::float8 as "startedAt",
      extract(epoch from finished_at)::float8 * 1000 as "finishedAt"
    from acceptd.jobs where task = 'stamp' and status = 'completed'`)
  return rows
}
