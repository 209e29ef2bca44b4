/** The composition root: builds the parts in order, hands each what it needs, and closes them in reverse. */
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { createApp } from './http/app.ts'
import { expectFreePort, listen as listenHttp, type RunningServer } from './http/server.ts'
import { urlsBelow } from './http/urls.ts'
import type { Catalogue } from './job/catalogue.ts'
import { joinEmbeddedPostgres } from './postgres/embedded.ts'
import { prepareDatabase } from './prepare.ts'
import { openDatabase, type Database } from './store/database.ts'
import { listen, workSignal } from './store/signals.ts'
import { sweeper } from './work/sweep.ts'
import { ticker } from './work/ticker.ts'
import { startWorker } from './work/worker.ts'

export interface Acceptd {
  /** Absent in a worker. */
  readonly port?: number
  /** Absent where DATABASE_URL was given. */
  readonly dataDir?: string
  /** Drains: no new work, requests finish, running jobs get their grace; then everything is closed. */
  readonly close: () => Promise<void>
}

// The API answers many short requests, a worker claims and settles: neither is to starve the other of connections.
const API_CONNECTIONS = 10
const WORK_CONNECTIONS = 10

export async function startAcceptd(config: Config, catalogue: Catalogue, log: Logger): Promise<Acceptd> {
  const closers: Close[] = []
  const onError = (error: Error) => log.warn({ err: error }, 'database connection')
  // In reverse order, each whatever became of the others: a failure to close one thing must not leak the rest.
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) {
      await closer().catch((error: unknown) => log.error({ err: error }, 'closing'))
    }
  }
  const open = (url: string, name: string, maxConnections: number): Database => {
    const database = openDatabase({ url, name, maxConnections, onError })
    closers.push(() => database.close())
    return database
  }

  try {
    // Before a database is made for nothing.
    if (config.role !== 'worker') await expectFreePort(config.host, config.port)
    const { url, dataDir } = await findDatabase(config, closers)
    const work = open(url, 'work', WORK_CONNECTIONS)
    const { boss } = await prepareDatabase(work, onError)
    closers.push(() => boss.stop({ graceful: false }))

    const api = config.role === 'worker' ? undefined : open(url, 'api', API_CONNECTIONS)

    const parts = { url, log, work, boss, catalogue, onError }
    // Together: neither must go on taking work while the other drains.
    const draining: Close[] = []
    closers.push(async () => void (await Promise.all(draining.map((drain) => drain()))))
    // The API first: where its port is taken, no job must have been claimed.
    const server = api && (await startApi(config, parts, api))
    if (server) draining.push(server.close)
    draining.push(config.role === 'api' ? sweeping(parts) : await startWorking(config, parts))
    return { close, ...(dataDir === undefined ? {} : { dataDir }), ...(server ? { port: server.port } : {}) }
  } catch (error) {
    await close()
    throw error
  }
}

type Close = () => Promise<void>

interface Parts {
  readonly url: string
  readonly log: Logger
  readonly work: Database
  readonly boss: PgBoss
  readonly catalogue: Catalogue
  readonly onError: (error: Error) => void
}

async function findDatabase(config: Config, closers: Close[]): Promise<{ url: string; dataDir?: string }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl }
  const embedded = await joinEmbeddedPostgres(config.dataDir)
  closers.push(() => embedded.leave())
  return { url: embedded.url, dataDir: embedded.dataDir }
}

async function startWorking(config: Config, { url, work, onError, ...parts }: Parts): Promise<Close> {
  const { concurrency, graceSeconds } = config
  const worker = await startWorker({ ...parts, db: work.db, concurrency, graceSeconds })
  const listener = listen({
    url,
    onSignal: (channel, payload) => (channel === 'acceptd_cancel' ? worker.cancel(payload) : worker.wake()),
    onReady: worker.catchUp,
    onError,
  })
  // Last, as running jobs may yet be canceled; and come what may, or it would go on listening for ever.
  return () => worker.stop().finally(() => listener.close())
}

/** A process without a worker sweeps too: otherwise the death of the only worker would go unnoticed. */
function sweeping({ work, boss, log }: Parts): Close {
  const sweeps = ticker(sweeper(work.db, boss, log), (error) => log.warn({ err: error }, 'could not sweep'))
  return () => sweeps.stop()
}

async function startApi(
  config: Config,
  { boss, catalogue, log }: Parts,
  { db }: Database,
): Promise<RunningServer> {
  const signal = workSignal(db, (error) => log.debug({ err: error }, 'work signal not sent'))
  const { host, port, publicUrl } = config
  const urls = urlsBelow(publicUrl)
  let draining = false
  const app = createApp({
    deps: { db, boss, workSignal: signal },
    catalogue,
    log,
    isDraining: () => draining,
    urls,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
  const server = await listenHttp(app, { host, port, log, urls })
  return {
    port: server.port,
    close() {
      draining = true
      return server.close()
    },
  }
}
