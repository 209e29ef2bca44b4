/** The watchman: looks around every second, has the dead's work taken back, and tells its worker what concerns that. */
import type { Logger } from 'pino'
import { takePulse, type Pulse } from '../store/pulse.ts'
import type { WatchDeps } from './deps.ts'
import { sweeper } from './sweep.ts'
import { ticker, type Ticker } from './ticker.ts'

export interface WatchmanOptions {
  /** The worker whose lease is renewed with each look; none in a process that has no worker. */
  readonly workerId?: () => string
  /** Those that the worker serves. */
  readonly queues?: readonly string[]
  readonly onPulse?: (pulse: Pulse) => Promise<void>
  /** The event loop stood still for so long. */
  readonly onStill?: (ms: number) => void
}

// Less is a busy machine; at three seconds the lease is lost, and with it the jobs.
const STILL_MS = 2000

/** A process without a worker has one too: otherwise the death of the only worker would go unnoticed. */
export function watchman(
  deps: WatchDeps,
  log: Logger,
  { workerId, queues = [], onPulse, onStill }: WatchmanOptions = {},
): Ticker {
  const sweeps = sweeper(deps, log)
  let sweeping = Promise.resolve()
  let busy = false

  // Not awaited: a sweep may wait for rows that others hold, and the lease must not wait with it.
  function sweep(pulse: Pulse, tookMs: number): void {
    if (busy) return
    busy = true
    sweeping = sweeps
      .sweep(pulse, tookMs)
      .catch((error: unknown) => {
        sweeps.distrust()
        log.warn({ err: error }, 'could not sweep')
      })
      .finally(() => {
        busy = false
      })
  }

  const looking = ticker(
    async (lateMs) => {
      if (lateMs > STILL_MS) onStill?.(lateMs)
      const asked = performance.now()
      const pulse = await takePulse(deps.pulse, workerId?.() ?? null, queues)
      sweep(pulse, performance.now() - asked)
      await onPulse?.(pulse)
    },
    (error) => {
      sweeps.distrust()
      log.warn({ err: error }, 'could not look around')
    },
  )
  return {
    now: () => looking.now(),
    async stop() {
      await looking.stop()
      await sweeping
    },
  }
}
