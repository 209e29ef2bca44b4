/** The composition root: builds the parts in order, hands each what it needs, and closes them in reverse. */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { EVERYBODY } from './call-settings.ts'
import { slotsOfLane, withCallTasks } from './call-tasks.ts'
import { callbacksFrom } from './callbacks.ts'
import type { Config } from './config.ts'
import { expectFreePort } from './http/server.ts'
import type { Catalogue } from './job/catalogue.ts'
import { CALLBACK_LANE } from './job/callback.ts'
import { isWell } from './job/circuit.ts'
import { sealerWith, type Sealer } from './job/sealing.ts'
import { openCaller } from './outbound/caller.ts'
import { observed } from './outbound/observed.ts'
import { joinEmbeddedPostgres } from './postgres/embedded.ts'
import { keyBeside } from './secret-key.ts'
import { prepareDatabase } from './prepare.ts'
import { startBoss } from './queue/boss.ts'
import { openDatabase, type Database } from './store/database.ts'
import { listen } from './store/listener.ts'
import { OF_WORK, ofRequests, type Patience } from './store/patience.ts'
import type { TaskQueue } from './store/queues.ts'
import { startApi } from './start-api.ts'
import { heard, signals } from './store/signals.ts'
import { watchJobs } from './store/watch.ts'
import { callRecorder, type CallRecorder } from './work/call-recorder.ts'
import { gateOf } from './work/gate.ts'
import { settler } from './work/settler.ts'
import { watchman } from './work/watchman.ts'
import { startWorker, type Worker } from './work/worker.ts'

export interface Acceptd {
  /** Those of the folders, and those that call others. */
  readonly catalogue: Catalogue
  /** Absent in a worker. */
  readonly port?: number
  /** How many jobs are waited for; absent in a worker. */
  readonly watched?: () => number
  /** Absent where DATABASE_URL was given. */
  readonly dataDir?: string
  /**
   * For handlers of uncaughtException and unhandledRejection: ends the attempt whose task let the error escape. False if it
   * was no task's, and then the process is in a state nobody knows.
   */
  readonly blame: (error: unknown) => boolean
  /** Drains: no new work, requests finish, running jobs get their grace; then everything is closed. */
  readonly close: () => Promise<void>
}

// The API answers many short requests, a worker claims and settles: neither is to starve the other of connections.
const API_CONNECTIONS = 10
const WORK_CONNECTIONS = 10
// One holds the lock that starts are held under, while the others work.
const START_CONNECTIONS = 3

/** @param tasks those of the folders */
export async function startAcceptd(config: Config, tasks: Catalogue, log: Logger): Promise<Acceptd> {
  const closers: Close[] = []
  const onError = (error: Error) => log.warn({ err: error }, 'database connection')
  // In reverse order, each whatever became of the others: a failure to close one thing must not leak the rest.
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) {
      await closer().catch((error: unknown) => log.error({ err: error }, 'closing'))
    }
  }
  const open = (url: string, name: string, maxConnections: number, patience: Patience): Database => {
    const database = openDatabase({ url, name, maxConnections, patience, onError })
    closers.push(() => database.close())
    return database
  }

  try {
    // Before a database is made for nothing.
    if (config.role !== 'worker') await expectFreePort(config.host, config.port)
    const { url, dataDir } = await findDatabase(config, closers, log)
    const sealer = await sealerOf(config, dataDir)
    const direct = openCaller(config.outbound)
    closers.push(() => direct.close())
    let recorder: CallRecorder | undefined = undefined
    const caller = observed(direct, async (call) => recorder?.record({ ...call, ok: isWell(call.status) }))
    const secretsOf = (principal: string) =>
      config.webhookSecrets.get(principal) ?? config.webhookSecrets.get(EVERYBODY) ?? []
    const work = open(url, 'work', WORK_CONNECTIONS, OF_WORK)
    const callbacks = callbacksFrom(work.db, { caller, secretsOf, publicUrl: config.publicUrl })
    const catalogue = withCallTasks(tasks, { caller, secretsOf, hiddenNames: config.hiddenNames }, callbacks)
    const queues = await prepare(url, catalogue, onError)
    const boss = await startBoss({ pool: work.pool, queues: queues.map(({ queue }) => queue), onError })
    closers.push(() => boss.stop({ graceful: false }))

    const apiDatabase =
      config.role === 'worker' ? undefined : open(url, 'api', API_CONNECTIONS, ofRequests(config.answerMs))
    const onMissed = (error: unknown) => log.debug({ err: error }, 'a hint was not sent or not heard')
    const watch = apiDatabase && watchJobs(apiDatabase.db, onMissed)
    const origin = randomUUID()
    let worker: Worker | undefined = undefined
    const hints = signals(work.db, {
      onError: onMissed,
      origin,
      onChanged: (id) => watch?.changed([id]),
      onWork: (queue) => worker?.wake([queue]),
    })
    closers.push(async () => {
      watch?.close()
      await hints.flush()
    })
    const pulse = open(url, 'pulse', 1, OF_WORK).db
    const deps = {
      db: work.db,
      pulse,
      boss,
      signals: hints,
      settler: settler(work.db, boss, () => hints.work(CALLBACK_LANE)),
      sealer,
    }
    const gate = gateOf(deps, log, config.perOrigin)
    recorder = callRecorder(work.db, log, () => worker?.lookAtGate())

    // The API first: where its port is taken, no job must have been claimed.
    const api =
      apiDatabase && watch
        ? await startApi(config, {
            db: apiDatabase.db,
            signals: hints,
            boss,
            watch,
            catalogue,
            log,
            sealer,
            checkUrl: (text, options) => caller.checkUrl(text, options),
          })
        : undefined
    if (api) closers.push(api.close)
    const { concurrency, lanes, graceSeconds, maxOutputBytes } = config
    const slotsOf = (lane: string) => lanes.get(lane) ?? slotsOfLane(lane, concurrency)
    worker =
      config.role === 'api'
        ? undefined
        : await startWorker(deps, { catalogue, log, gate, queues, slotsOf, graceSeconds, maxOutputBytes })
    const looking = worker ? undefined : watchman(deps, log)
    const listener = listen({
      url,
      onSignal(channel, payload) {
        if (channel === 'acceptd_cancel') worker?.cancel(payload)
        else if (channel === 'acceptd_work') worker?.wake(heard(payload, origin))
        else watch?.changed(heard(payload, origin))
      },
      onReady() {
        worker?.catchUp()
        watch?.look()
      },
      onError,
    })
    // Last, as running jobs may yet be canceled, and polled for the end that the worker's grace lets them reach.
    closers.push(() => listener.close())
    closers.push(async () => {
      await Promise.all([api?.drain(), worker?.stop(), looking?.stop()])
    })
    return {
      close,
      catalogue,
      blame: (error) => worker?.blame(error) ?? false,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(api ? { port: api.port, watched: () => watch?.size ?? 0 } : {}),
    }
  } catch (error) {
    await close()
    throw error
  }
}

type Close = () => Promise<void>

/** Undefined where nobody has set a key, and there is no folder of ours to keep one in. */
async function sealerOf({ secretKeys }: Config, dataDir: string | undefined): Promise<Sealer | undefined> {
  const [first, ...others] = secretKeys
  if (first !== undefined) return sealerWith([first, ...others])
  return dataDir === undefined ? undefined : sealerWith([await keyBeside(dataDir)])
}

/** On connections of its own, which wait for as long as a migration takes. */
async function prepare(
  url: string,
  catalogue: Catalogue,
  onError: (error: Error) => void,
): Promise<readonly TaskQueue[]> {
  const database = openDatabase({ url, name: 'start', maxConnections: START_CONNECTIONS, onError })
  try {
    return (await prepareDatabase(database, catalogue, onError)).queues
  } finally {
    await database.close()
  }
}

async function findDatabase(
  config: Config,
  closers: Close[],
  log: Logger,
): Promise<{ url: string; dataDir?: string }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl }
  const embedded = await joinEmbeddedPostgres(config.dataDir, undefined, (sentence, error) =>
    log.warn({ err: error }, sentence),
  )
  closers.push(() => embedded.leave())
  return { url: embedded.url, dataDir: embedded.dataDir }
}
