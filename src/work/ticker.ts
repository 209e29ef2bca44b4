/** Something done every so often, never twice at once, for as long as the process lives. */
export interface Ticker {
  /** Does it now, without waiting for the second to pass. */
  now(): void
  stop(): Promise<void>
}

export const TICK_MS = 1000

export function ticker(
  tick: () => Promise<void>,
  onError: (error: unknown) => void,
  everyMs: number = TICK_MS,
): Ticker {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let busy = false
  let stopped = false

  const run = () => {
    if (stopped || busy) return
    clearTimeout(timer)
    busy = true
    running = tick()
      .catch(onError)
      .finally(() => {
        busy = false
        if (!stopped) timer = setTimeout(run, everyMs)
      })
  }
  run()
  return {
    now: run,
    stop() {
      stopped = true
      clearTimeout(timer)
      return running
    },
  }
}
