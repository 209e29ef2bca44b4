/** `acceptd serve`: starts everything, says where it is, and stops it when told to. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { loadTasks, SHIPPED_TASKS } from '../load-tasks.ts'
import { createLog } from '../log.ts'
import { startAcceptd } from '../main.ts'
import { isOutage } from '../store/outage.ts'
import { watchEventLoop } from './event-loop.ts'
import { say } from './tell.ts'
import { welcome } from './welcome.ts'

// Beyond the grace or the drain, which go on together: for requests under way, signing off, and the embedded Postgres to stop.
const CLOSE_SECONDS = 15

export async function serve(config: Config): Promise<void> {
  const { role, host } = config
  const log = createLog(config.logLevel, process.stdout.isTTY && !config.production)
  const announce = config.production ? (sentence: string) => log.info(sentence.trim()) : say
  const { stopping, stop } = stopRequests()
  void endAfter(stopping, Math.max(config.graceSeconds, config.drainSeconds) + CLOSE_SECONDS)
  const tasks = await loadTasks([SHIPPED_TASKS, ...config.taskFolders])
  const { port, dataDir, close, blame, catalogue } = await patiently(config, log, stopping, () =>
    startAcceptd(config, tasks, log),
  )
  if (role !== 'api') watchEventLoop(config.maxStallSeconds)
  onStrayError(blame, (error, origin) => {
    // Nobody knows what was left half done. What runs gets its grace; a supervisor then starts a process that is sound.
    log.fatal({ err: error, origin }, 'an error that nobody handles; stopping')
    process.exitCode = 1
    stop()
  })

  if (config.production) log.info({ role, host, port, tasks: [...catalogue.keys()] }, 'acceptd is ready')
  else {
    const seconds = process.uptime().toFixed(1)
    say(
      welcome({
        role,
        host,
        port,
        dataDir,
        askedDir: config.dataDir,
        tasks: [...catalogue.keys()],
        asksForKey: config.apiKeys.size > 0,
        seconds,
      }),
    )
  }
  if (!isLoopback(host) && port !== undefined && config.apiKeys.size === 0) {
    log.warn(
      `HOST is ${host} and ACCEPTD_API_KEYS is not set: anybody who can reach it can submit, read and cancel jobs`,
    )
  }
  await stopping
  announce(`acceptd is stopping: no new work; running jobs get up to ${config.graceSeconds} s`)
  await close()
  announce('acceptd has stopped')
  // A task that ignores its signal would keep the process, though its job was handed back and may run elsewhere by now.
  process.exit()
}

// Between two tries: soon, then longer, but never so long that a client would notice it when the database is back.
const RETRY_MS = { least: 200, most: 1000 }

/** In production a process that is started while the database is away waits for it: whoever starts it again would, too. */
async function patiently<T>(
  { production }: Config,
  log: Logger,
  stopping: Promise<void>,
  start: () => Promise<T>,
): Promise<T> {
  let stopped = false
  void stopping.then(() => (stopped = true))
  for (let pauseMs = RETRY_MS.least; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.most)) {
    try {
      return await start()
    } catch (error) {
      if (!production || !isOutage(error) || stopped) throw error
      log.warn({ reason: (error as Error).message, pauseMs }, 'the database cannot be reached; trying again')
    }
    await Promise.race([sleep(pauseMs), stopping])
  }
}

/** A database that has fallen silent, or a start that hangs, must not keep the process. */
async function endAfter(stopping: Promise<void>, seconds: number): Promise<void> {
  await stopping
  setTimeout(() => process.exit(1), seconds * 1000).unref()
}

/** npm passes Ctrl-C on while the terminal sends it too, so a signal may come twice; the first is enough. */
function stopRequests(): { readonly stopping: Promise<void>; readonly stop: () => void } {
  const { promise: stopping, resolve: stop } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop())
  return { stopping, stop }
}

/** An exception in a callback, or a rejected promise that nobody waits for: a task's own affair where one can be blamed. */
function onStrayError(
  blame: (error: unknown) => boolean,
  otherwise: (error: unknown, origin: string) => void,
): void {
  for (const origin of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(origin, (error: unknown) => {
      if (!blame(error)) otherwise(error, origin)
    })
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
