/** The composition root: builds the parts in order, hands each what it needs, and closes them in reverse. */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { createApp } from './http/app.ts'
import { cursorSeal } from './http/cursor.ts'
import { tagsFor } from './http/etag.ts'
import { forecastsFrom } from './http/forecasts.ts'
import { authentication } from './http/principal.ts'
import { expectFreePort, listen as listenHttp } from './http/server.ts'
import { urlsBelow } from './http/urls.ts'
import { waitsOf } from './http/waits.ts'
import type { Catalogue } from './job/catalogue.ts'
import { joinEmbeddedPostgres } from './postgres/embedded.ts'
import { prepareDatabase } from './prepare.ts'
import { openDatabase, type Database } from './store/database.ts'
import { listen } from './store/listener.ts'
import { readSecret } from './store/secrets.ts'
import { signals, type Signals } from './store/signals.ts'
import { watchJobs, type Watch } from './store/watch.ts'
import { watchman } from './work/watchman.ts'
import { startWorker } from './work/worker.ts'

export interface Acceptd {
  /** Absent in a worker. */
  readonly port?: number
  /** How many jobs are waited for; absent in a worker. */
  readonly watched?: () => number
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

    const hints = signals(work.db, (error) => log.debug({ err: error }, 'a hint was not sent'))
    closers.push(() => hints.flush())
    const deps = { db: work.db, boss, signals: hints }

    // The API first: where its port is taken, no job must have been claimed.
    const api =
      config.role === 'worker'
        ? undefined
        : await startApi(config, { ...deps, catalogue, log }, open(url, 'api', API_CONNECTIONS))
    if (api) closers.push(api.close)
    const { concurrency, graceSeconds } = config
    const worker =
      config.role === 'api'
        ? undefined
        : await startWorker(deps, { catalogue, log, concurrency, graceSeconds })
    const looking = worker ? undefined : watchman(deps, log)
    const listener = listen({
      url,
      onSignal(channel, payload) {
        if (channel === 'acceptd_cancel') worker?.cancel(payload)
        else if (channel === 'acceptd_work') worker?.wake()
        else api?.watch.changed(payload.split(' '))
      },
      onReady() {
        worker?.catchUp()
        api?.watch.look()
      },
      onError,
    })
    // Last, as running jobs may yet be canceled, and polled for the end that the worker's grace lets them reach.
    closers.push(() => listener.close())
    closers.push(async () => {
      await Promise.all([api?.drain(), worker?.stop(), looking?.stop()])
    })
    const server = api
    return {
      close,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(server ? { port: server.port, watched: () => server.watch.size } : {}),
    }
  } catch (error) {
    await close()
    throw error
  }
}

type Close = () => Promise<void>

async function findDatabase(config: Config, closers: Close[]): Promise<{ url: string; dataDir?: string }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl }
  const embedded = await joinEmbeddedPostgres(config.dataDir)
  closers.push(() => embedded.leave())
  return { url: embedded.url, dataDir: embedded.dataDir }
}

interface ApiParts {
  readonly boss: PgBoss
  readonly signals: Signals
  readonly catalogue: Catalogue
  readonly log: Logger
}

interface Api {
  readonly port: number
  readonly watch: Watch
  /** From now on whoever waits is answered and nothing new is accepted; resolves when load balancers have had time to see. */
  readonly drain: Close
  readonly close: Close
}

async function startApi(
  config: Config,
  { boss, signals: hints, catalogue, log }: ApiParts,
  { db }: Database,
): Promise<Api> {
  const { host, port, publicUrl, retentionSeconds, maxWaiting, drainSeconds, apiKeys } = config
  const urls = urlsBelow(publicUrl)
  const draining = new AbortController()
  // Every stream and every waiting request listens to it.
  setMaxListeners(0, draining.signal)
  const onError = (error: unknown) => log.debug({ err: error }, 'could not look')
  const watch = watchJobs(db, onError)
  const context = {
    deps: { db, boss, signals: hints, retentionSeconds },
    catalogue,
    urls,
    tags: tagsFor(publicUrl),
    watch,
    waits: waitsOf({ watch, draining: draining.signal, max: maxWaiting }),
    forecasts: forecastsFrom(db, catalogue, onError),
    cursors: cursorSeal(await readSecret(db, 'cursor')),
    authenticate: authentication(apiKeys),
    draining: draining.signal,
  }
  const app = createApp({
    context,
    log,
    draining: draining.signal,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
  const server = await listenHttp(app, { host, port, log, urls })
  return {
    port: server.port,
    watch,
    drain: () => {
      draining.abort()
      return sleep(drainSeconds * 1000)
    },
    close: () => server.close().finally(() => watch.close()),
  }
}
