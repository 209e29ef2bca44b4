/** Saves what a task reports of its progress, as often as anyone could watch and no oftener. */
import { nextProgress, type Progress } from '../job/progress.ts'

// Four times a second looks smooth; a task in a tight loop would otherwise write a row version for every step.
const INTERVAL_MS = 250

export interface ProgressWriter {
  readonly report: (percent: number, note?: string) => void
  /** Drops what is not yet written and waits for what is being written. */
  stop(): Promise<void>
}

export function progressWriter(
  save: (progress: Progress) => Promise<void>,
  onError: (e: unknown) => void,
): ProgressWriter {
  let latest: Progress | undefined
  let unsaved = false
  let busy = false
  let writing = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  // One after another: over a slow line more would be said each second than gets through, and the lease with it.
  const write = () => {
    timer = undefined
    if (!latest || !unsaved) return
    unsaved = false
    busy = true
    writing = save(latest)
      .catch(onError)
      .finally(() => {
        busy = false
        if (!stopped) timer = setTimeout(write, INTERVAL_MS)
      })
  }
  return {
    report(percent, note) {
      // From a task that goes on after its attempt has ended.
      if (stopped) return
      const next = nextProgress(latest, percent, note)
      if (next.percent === latest?.percent && next.note === latest.note) return
      latest = next
      unsaved = true
      if (!timer && !busy) write()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      unsaved = false
      return writing
    },
  }
}
