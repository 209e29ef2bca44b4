/** Something done every so often, never twice at once, for as long as the process lives. */
export interface Ticker {
  /** Does it now, without waiting for the second to pass. */
  now(): void
  stop(): Promise<void>
}

export const TICK_MS = 1000

/** `tick` hears by how much it comes too late: for so long nothing else was done in this thread either. */
export function ticker(
  tick: (lateMs: number) => Promise<void>,
  onError: (error: unknown) => void,
  everyMs: number = TICK_MS,
): Ticker {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let busy = false
  let stopped = false

  const run = (lateMs: number) => {
    if (stopped || busy) return
    clearTimeout(timer)
    busy = true
    running = tick(lateMs)
      .catch(onError)
      .finally(() => {
        busy = false
        const dueAt = performance.now() + everyMs
        if (!stopped) timer = setTimeout(() => run(performance.now() - dueAt), everyMs)
      })
  }
  run(0)
  return {
    now: () => run(0),
    stop() {
      stopped = true
      clearTimeout(timer)
      return running
    },
  }
}
