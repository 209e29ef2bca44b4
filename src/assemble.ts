/** The parts, built in order, each handed what it needs. No port is listened on and no job runs until that is asked for. */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { EVERYBODY } from './call-settings.ts'
import { withCallTasks } from './call-tasks.ts'
import { callbacksFrom } from './callbacks.ts'
import { closersWith, once, type Close } from './closers.ts'
import type { Config } from './config.ts'
import { findDatabase, findSealer, type Found } from './find-database.ts'
import { placeAt } from './http/place.ts'
import type { NameOf } from './http/principal.ts'
import type { Catalogue } from './job/catalogue.ts'
import { CALLBACK_LANE } from './job/callback.ts'
import { isWell } from './job/circuit.ts'
import { makeApi, type Api } from './make-api.ts'
import { openCaller } from './outbound/caller.ts'
import { observed } from './outbound/observed.ts'
import { prepareAt } from './prepare.ts'
import { startBoss } from './queue/boss.ts'
import { startWork } from './start-work.ts'
import { openDatabase, type Database } from './store/database.ts'
import { OF_WORK, ofRequests, type Patience } from './store/patience.ts'
import { signals } from './store/signals.ts'
import { watchJobs } from './store/watch.ts'
import { callRecorder, type CallRecorder } from './work/call-recorder.ts'
import { gateOf } from './work/gate.ts'
import { settler } from './work/settler.ts'
import type { Worker } from './work/worker.ts'

export interface Assembled {
  /** Those that were given, and those that call others. */
  readonly catalogue: Catalogue
  readonly database: Found
  /** Absent in a worker. */
  readonly api: Api | undefined
  /** Claims jobs from now on, unless this process is for the API only; and hears what other processes say. */
  readonly start: () => Promise<void>
  readonly blame: (error: unknown) => boolean
  /** No new work: waiting requests are answered, running jobs get their grace. */
  readonly drain: () => Promise<void>
  /** Something that was opened since; closed before all that was opened earlier. */
  readonly onClose: (close: Close) => void
  /** Drains: no new work, requests finish, running jobs get their grace; then everything is closed. */
  readonly close: () => Promise<void>
}

// The API answers many short requests, a worker claims and settles: neither is to starve the other of connections.
const API_CONNECTIONS = 10
const WORK_CONNECTIONS = 10

/** @param tasks those of the folders */
export async function assemble(
  config: Config,
  tasks: Catalogue,
  log: Logger,
  { nameOf }: { readonly nameOf?: NameOf | undefined } = {},
): Promise<Assembled> {
  const closers = closersWith(log)
  try {
    return await build()
  } catch (error) {
    await closers.close()
    throw error
  }

  async function build(): Promise<Assembled> {
    const onError = (error: Error) => log.warn({ err: error }, 'database connection')
    const { publicUrl } = config
    const place = placeAt(publicUrl)
    const database = await findDatabase(config, closers, log)
    const { url } = database
    const sealer = await findSealer(config, database)
    const direct = openCaller(config.outbound)
    closers.add(() => direct.close())
    let recorder: CallRecorder | undefined = undefined
    const caller = observed(direct, async (call) => recorder?.record({ ...call, ok: isWell(call.status) }))
    const secretsOf = (principal: string) =>
      config.webhookSecrets.get(principal) ?? config.webhookSecrets.get(EVERYBODY) ?? []
    const work = open('work', WORK_CONNECTIONS, OF_WORK)
    const callbacks = callbacksFrom(work.db, { caller, secretsOf, publicUrl, place })
    const catalogue = withCallTasks(tasks, { caller, secretsOf, hiddenNames: config.hiddenNames }, callbacks)
    const queues = await prepareAt(url, catalogue, onError)
    const boss = await startBoss({ pool: work.pool, queues: queues.map(({ queue }) => queue), onError })
    closers.add(() => boss.stop({ graceful: false }))

    const apiDatabase =
      config.role === 'worker' ? undefined : open('api', API_CONNECTIONS, ofRequests(config.answerMs))
    const onMissed = (error: unknown) => log.debug({ err: error }, 'a hint was not sent or not heard')
    const watch = apiDatabase && watchJobs(apiDatabase.db, onMissed)
    const origin = randomUUID()
    let worker: Worker | undefined
    const hints = signals(work.db, {
      onError: onMissed,
      origin,
      onChanged: (id) => watch?.changed([id]),
      onWork: (queue) => worker?.wake([queue]),
    })
    closers.add(async () => {
      watch?.close()
      await hints.flush()
    })
    const pulse = open('pulse', 1, OF_WORK).db
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
    const api =
      apiDatabase && watch
        ? await makeApi(config, {
            place,
            nameOf,
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

    let drain: Close = async () => undefined
    const start = async () => {
      const parts = { url, deps, catalogue, queues, gate, log, origin, watch, onError }
      const working = await startWork(config, parts)
      ;({ worker } = working)
      drain = once(async () => {
        await Promise.all([api?.drain(), working.stop()])
      })
      closers.add(working.close)
      closers.add(drain)
    }
    return {
      catalogue,
      database,
      api,
      start,
      drain: () => drain(),
      blame: (error) => worker?.blame(error) ?? false,
      onClose: (close) => closers.add(close),
      close: () => closers.close(),
    }

    function open(name: string, maxConnections: number, patience: Patience): Database {
      const opened = openDatabase({ url, name, maxConnections, patience, onError })
      closers.add(() => opened.close())
      return opened
    }
  }
}
