/** Work: jobs are claimed, or at least those of dead workers taken back; and what other processes say is heard. */
import type { Logger } from 'pino'
import { slotsOfLane } from './call-tasks.ts'
import type { Config } from './config.ts'
import type { Catalogue } from './job/catalogue.ts'
import { listen } from './store/listener.ts'
import type { TaskQueue } from './store/queues.ts'
import { heard } from './store/signals.ts'
import type { Watch } from './store/watch.ts'
import type { WatchDeps } from './work/deps.ts'
import type { Gate } from './work/gate.ts'
import { watchman } from './work/watchman.ts'
import { startWorker, type Worker } from './work/worker.ts'

export interface WorkParts {
  readonly url: string
  readonly deps: WatchDeps
  readonly catalogue: Catalogue
  readonly queues: readonly TaskQueue[]
  readonly gate: Gate
  readonly log: Logger
  /** The name of this process: what it says itself it need not hear. */
  readonly origin: string
  /** Absent in a worker. */
  readonly watch: Watch | undefined
  readonly onError: (error: Error) => void
}

export interface Work {
  /** Absent in a process for the API only. */
  readonly worker: Worker | undefined
  /** Takes no more, gives what is running its grace, hands the rest back. */
  readonly stop: () => Promise<void>
  /** Hears no more. After stop(): running jobs may yet be canceled, and polled for the end that their grace lets them reach. */
  readonly close: () => Promise<void>
}

export async function startWork(config: Config, parts: WorkParts): Promise<Work> {
  const { url, deps, catalogue, queues, gate, log, origin, watch, onError } = parts
  const { role, concurrency, lanes, graceSeconds, maxOutputBytes } = config
  const slotsOf = (lane: string) => lanes.get(lane) ?? slotsOfLane(lane, concurrency)
  const worker =
    role === 'api'
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
  return {
    worker,
    async stop() {
      await Promise.all([worker?.stop(), looking?.stop()])
    },
    close: () => listener.close(),
  }
}
