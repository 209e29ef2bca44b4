/** `npm run campaign:origins`: does a host that is dead, with very many jobs that call it, hold up the jobs of others? */
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { median } from './figures.ts'
import { onOwnGround, type Ground } from './ground.ts'
import { startServer } from './server-process.ts'

const { values } = parseArgs({
  options: {
    /** Jobs that call the dead host, submitted before the others. */
    dead: { type: 'string', default: '10000' },
    /** Jobs that call hosts that are well. */
    live: { type: 'string', default: '3000' },
    hosts: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
  },
})
const [dead, live, rounds] = [Number(values.dead), Number(values.live), Number(values.rounds)]

// By how much longer the others may take.
const BAR = 1.2
const AT_ONCE = 50
const ANSWER_MS = 50
const POLL_MS = 250

const KINDS = ['none', 'refuses', 'hangs'] as const
type Kind = (typeof KINDS)[number]

await onOwnGround(async (ground) => {
  const client = new pg.Client({ connectionString: ground.databaseUrl, application_name: 'campaign' })
  await client.connect()
  const callees = await Promise.all(Array.from({ length: Number(values.hosts) }, startCallee))
  const hanging = await listening(net.createServer(() => undefined))
  const deadUrls = { none: '', refuses: 'http://127.0.0.1:1/', hangs: hanging.url }
  const took = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]))
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const kind of KINDS) {
        const ms = await drain(ground, client, {
          urls: callees.map(({ url }) => url),
          deadUrl: deadUrls[kind],
        })
        took.get(kind)?.push(ms)
        process.stdout.write(`round ${round}  ${kind.padEnd(8)} ${ms.toFixed(0).padStart(7)} ms\n`)
      }
    }
  } finally {
    await client.end()
    for (const server of [...callees, hanging]) server.close()
  }
  const usual = median(took.get('none') ?? [])
  for (const kind of ['refuses', 'hangs'] as const) {
    const ratio = median(took.get(kind) ?? []) / usual
    if (ratio > BAR) process.exitCode = 1
    process.stdout.write(`a host that ${kind}: ${ratio.toFixed(2)} times as long\n`)
  }
  const load = os.loadavg().map((average) => average.toFixed(1))
  process.stdout.write(`bar: ${BAR}; medians of ${rounds}; load average ${load.join(' ')}\n`)
})

/** From when a worker first has a job until all that call live hosts have completed, in ms by the database's clock. */
async function drain(
  { databaseUrl, folder }: Ground,
  client: pg.Client,
  { urls, deadUrl }: { readonly urls: readonly string[]; readonly deadUrl: string },
): Promise<number> {
  const settings = { ACCEPTD_CALL_PRIVATE: 'yes', LOG_LEVEL: 'error' }
  const api = await startServer(databaseUrl, folder, { ...settings, ACCEPTD_ROLE: 'api' })
  await forgetAll(client)
  const retry = { limit: 5, delaySeconds: 3600 }
  const waiting = deadUrl === '' ? 0 : dead
  await submit(api.url(), waiting, () => ({ url: deadUrl, timeoutSeconds: 5, retry }))
  await submit(api.url(), live, (n) => ({ url: urls[n % urls.length] ?? '', retry }))
  const worker = await startServer(databaseUrl, folder, { ...settings, ACCEPTD_ROLE: 'worker' })
  try {
    const origins = urls.map((url) => new URL(url).origin)
    const open = `select from acceptd.jobs where target = any($1::text[]) and finished_at is null limit 1`
    // Seldom, for what is measured is on the same machine.
    while ((await client.query(open, [origins])).rows.length > 0) await sleep(POLL_MS)
    const { rows } = await client.query<{ ms: number; failed: number }>(
      `select extract(epoch from max(finished_at) filter (where target = any($1::text[])) - min(started_at))::float8 * 1000 as ms,
         (count(*) filter (where status = 'failed' and target = any($1::text[])))::int as failed
       from acceptd.jobs where target = any($1::text[]) or started_at is not null`,
      [origins],
    )
    const [{ ms, failed } = { ms: Number.NaN, failed: 0 }] = rows
    if (failed > 0) throw new Error(`${failed} jobs failed that called live hosts`)
    return ms
  } finally {
    await worker.stop()
    await api.stop()
  }
}

async function forgetAll(client: pg.Client): Promise<void> {
  await client.query('truncate acceptd.jobs, acceptd.attempts, acceptd.endpoints, acceptd_queue.job')
}

async function submit(api: URL, count: number, inputOf: (n: number) => object): Promise<void> {
  let next = 0
  const some = async () => {
    while (next < count) {
      const body = JSON.stringify(inputOf(next++))
      const headers = { 'Content-Type': 'application/json' }
      const { status } = await fetch(new URL('/tasks/http', api), { method: 'POST', headers, body })
      if (status !== 202) throw new Error(`A submission was answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
}

function startCallee() {
  const server = http.createServer((_, res) => {
    setTimeout(() => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'), ANSWER_MS)
  })
  return listening(server)
}

async function listening(server: net.Server): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/`, close }
}
