/** `acceptd serve`: starts everything, says where it is, and stops it when told to. */
import type { Config } from '../config.ts'
import { loadTasks, SHIPPED_TASKS } from '../load-tasks.ts'
import { createLog } from '../log.ts'
import { startAcceptd } from '../main.ts'
import { say } from './tell.ts'
import { welcome } from './welcome.ts'

export async function serve(config: Config): Promise<void> {
  const { role, host } = config
  const log = createLog(config.logLevel, process.stdout.isTTY && !config.production)
  const announce = config.production ? (sentence: string) => log.info(sentence.trim()) : say
  const stopping = stopRequested()
  const catalogue = await loadTasks([SHIPPED_TASKS, ...config.taskFolders])
  const { port, dataDir, close } = await startAcceptd(config, catalogue, log)

  if (config.production) log.info({ role, host, port, tasks: [...catalogue.keys()] }, 'acceptd is ready')
  else say(welcome({ role, host, port, dataDir, seconds: process.uptime().toFixed(1) }))
  if (!isLoopback(host) && port !== undefined) {
    log.warn(
      `HOST is ${host}: anybody who can reach it can submit and read jobs, as there is no authentication`,
    )
  }
  await stopping
  announce('acceptd is stopping: no new work; what is running may finish')
  await close()
  announce('acceptd has stopped')
  // A task that ignores its signal would keep the process, though its job was handed back and may run elsewhere by now.
  process.exit()
}

/** npm passes Ctrl-C on while the terminal sends it too, so a signal may come twice; the first is enough. */
function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve())
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
