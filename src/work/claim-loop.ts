/** Asks for work whenever somebody says that there may be some, and again at once as long as there is. */
import { setImmediate as nextTurn } from 'node:timers/promises'

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
    // Not before this turn of the event loop has ended: those that finish together are to be replaced together.
    asking = nextTurn()
      .then(ask)
      .finally(() => {
        busy = false
        if (stopped) return
        // Woken between the last question and now.
        if (wanted) wake()
      })
  }

  function stop(): Promise<void> {
    stopped = true
    return asking
  }

  wake()
  return { wake, stop }
}
