/** Asks for work whenever there may be some: at once when woken, and every second in case nobody said so. */
import { TICK_MS } from './ticker.ts'

export interface ClaimLoop {
  /** There may be work. Cheap: call it as often as you like. */
  readonly wake: () => void
  /** Asks no more; resolves when the last answer has been dealt with. */
  readonly stop: () => Promise<void>
}

/** `claimSome` answers whether to ask again at once, because there may be more. */
export function claimLoop(claimSome: () => Promise<boolean>): ClaimLoop {
  let wanted = false
  let busy = false
  let stopped = false
  let asking = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function ask(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false
      if (await claimSome()) wanted = true
    }
  }

  function wake(): void {
    wanted = true
    if (busy || stopped) return
    busy = true
    clearTimeout(timer)
    asking = ask().finally(() => {
      busy = false
      if (stopped) return
      // Woken between the last question and now.
      if (wanted) wake()
      // The back-stop: delayed jobs and retries become due without anybody saying so, and a hint can be lost.
      else timer = setTimeout(wake, TICK_MS)
    })
  }

  function stop(): Promise<void> {
    stopped = true
    clearTimeout(timer)
    return asking
  }

  wake()
  return { wake, stop }
}
