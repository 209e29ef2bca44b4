/** `acceptd serve`: starts everything, says where it is, and stops it when told to. */
import type { Config } from '../config.ts'
import { loadTasks, SHIPPED_TASKS } from '../load-tasks.ts'
import { createLog } from '../log.ts'
import { startAcceptd } from '../main.ts'
import { welcome } from './welcome.ts'
import { say } from './tell.ts'

export async function serve(config: Config): Promise<void> {
  const terminal = process.stdout.isTTY
  const log = createLog(config.logLevel, terminal)
  const stopping = stopRequested()
  const catalogue = await loadTasks([SHIPPED_TASKS, ...config.taskFolders])
  const acceptd = await startAcceptd(config, catalogue, log)
  const seconds = process.uptime().toFixed(1)
  announce()
  await stopping
  say('acceptd is stopping: no new work; what is running may finish')
  await acceptd.close()
  say('acceptd has stopped')

  function announce(): void {
    if (!isLoopback(config.host) && config.role !== 'worker') {
      log.warn(
        `HOST is ${config.host}: anybody who can reach it can submit and read jobs, as there is no authentication`,
      )
    }
    const { role, host } = config
    say(welcome({ role, host, port: acceptd.port, seconds, dataDir: acceptd.dataDir }))
  }
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
