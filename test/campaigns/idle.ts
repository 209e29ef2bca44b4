/** `npm run campaign:idle`: what does acceptd cost while it has nothing to do? */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { median } from './figures.ts'
import { onOwnGround, type Ground } from './ground.ts'
import { cpuSeconds } from './process-usage.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { logStatements, readStatements } from './statement-log.ts'

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '50' },
    /** Each time; the purge comes every 10 s. */
    seconds: { type: 'string', default: '20' },
    times: { type: 'string', default: '3' },
  },
})
const seconds = Number(values.seconds)

const BARS = { statementsPerSecond: 3, cpuPercent: 1 }
// By then a process has done what it does at its start only.
const SETTLE_MS = 10_000

interface Idleness {
  readonly statements: readonly string[]
  readonly cpuPercent: number
}

await onOwnGround(async (ground) => {
  const client = new pg.Client({ connectionString: ground.databaseUrl, application_name: 'campaign' })
  await client.connect()
  try {
    const tasks = await writeTasks(path.join(ground.folder, 'tasks'))
    await logStatements(client)
    await observe(client, ground, tasks, ['all'])
    await observe(client, ground, tasks, ['api', 'worker'])
  } finally {
    await client.end()
  }
  const load = os.loadavg().map((average) => average.toFixed(1))
  process.stdout.write(
    `\nbars: ${BARS.statementsPerSecond} statements/s and ${BARS.cpuPercent} % of a processor; load average ${load.join(' ')}\n`,
  )
})

/** Names of tasks are those of their files. */
async function writeTasks(folder: string): Promise<string> {
  await fs.mkdir(folder)
  const text = await fs.readFile(path.join(import.meta.dirname, '../fixtures/tasks/ok.ts'))
  for (let nth = 1; nth <= Number(values.tasks); nth++)
    await fs.writeFile(path.join(folder, `task-${nth}.ts`), text)
  return folder
}

/** Processes of these roles, all at the same time on the same database. */
async function observe(
  client: pg.Client,
  ground: Ground,
  tasks: string,
  roles: readonly string[],
): Promise<void> {
  const servers = new Map<string, ServerProcess>()
  try {
    for (const role of roles) {
      const settings = { ACCEPTD_ROLE: role, ACCEPTD_TASKS: tasks }
      servers.set(role, await startServer(await loginFor(client, ground, role), ground.folder, settings))
    }
    await sleep(SETTLE_MS)
    const seen = new Map<string, Idleness[]>(roles.map((role) => [role, []]))
    const transactions: number[] = []
    for (let nth = 0; nth < Number(values.times); nth++) {
      const before = await transactionsOf(client)
      for (const [role, idleness] of await watch(ground, servers)) seen.get(role)?.push(idleness)
      transactions.push(((await transactionsOf(client)) - before) / seconds)
    }
    process.stdout.write(
      `\n${roles.join(' and ')}, ${values.tasks} tasks, ${values.times} times ${seconds} s\n`,
    )
    for (const [role, times] of seen) process.stdout.write(linesOf(role, times))
    process.stdout.write(`  by the database's own count ${median(transactions).toFixed(2)} transactions/s\n`)
  } finally {
    for (const server of servers.values()) await server.stop()
  }
}

/** A user of its own, by whose name its statements are known. */
async function loginFor(client: pg.Client, { databaseUrl }: Ground, role: string): Promise<string> {
  const username = `acceptd_${role}`
  await client.query(`create role ${username} superuser login password 'campaign'`)
  return Object.assign(new URL(databaseUrl), { username, password: 'campaign' }).href
}

async function transactionsOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.count ?? Number.NaN
}

async function watch(
  { databaseLog }: Ground,
  servers: ReadonlyMap<string, ServerProcess>,
): Promise<Map<string, Idleness>> {
  const used = () => Promise.all([...servers.values()].map(({ pid }) => cpuSeconds(pid)))
  const { size } = await fs.stat(databaseLog)
  const before = await used()
  await sleep(seconds * 1000)
  const after = await used()
  const statements = await readStatements(databaseLog, size)
  return new Map(
    [...servers.keys()].map((role, nth) => {
      const cpu = (after[nth] ?? Number.NaN) - (before[nth] ?? Number.NaN)
      return [
        role,
        { statements: statements.get(`acceptd_${role}`) ?? [], cpuPercent: (cpu / seconds) * 100 },
      ]
    }),
  )
}

function linesOf(role: string, times: readonly Idleness[]): string {
  const rate = median(times.map(({ statements }) => statements.length / seconds))
  const cpu = median(times.map(({ cpuPercent }) => cpuPercent))
  const kinds = Map.groupBy(
    times.flatMap(({ statements }) => statements),
    (text) => text.slice(0, 100),
  )
  const counts = [...kinds].map(([text, sent]) => [sent.length / (seconds * times.length), text] as const)
  return [
    `  ${role.padEnd(8)}${rate.toFixed(2)} statements/s, ${cpu.toFixed(2)} % of a processor\n`,
    ...counts
      .toSorted(([one], [other]) => other - one)
      .map(([perSecond, text]) => `    ${perSecond.toFixed(2)}/s  ${text}\n`),
  ].join('')
}
