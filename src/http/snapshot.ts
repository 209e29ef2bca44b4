/** A value that is read again when it is asked for and old; whoever asks never waits, and never fails. */
export interface Snapshot<T> {
  /** The latest there is, perhaps a little old; undefined where there is none that is young enough to be of use. */
  current(): T | undefined
}

export interface SnapshotOptions<T> {
  readonly read: () => Promise<T>
  readonly onError: (error: unknown) => void
  /** When to read again. Nothing is read while nobody asks. */
  readonly freshMs: number
  /** Older than this it says nothing any more. */
  readonly usefulMs: number
}

// Reading must not take more than a twentieth of the database's time, however long it takes.
const PAUSE_PER_READ = 20

export function snapshot<T>({ read, onError, freshMs, usefulMs }: SnapshotOptions<T>): Snapshot<T> {
  let latest: { readonly value: T; readonly readAt: number } | undefined
  let notBefore = 0
  let reading = false

  async function refresh(): Promise<void> {
    reading = true
    const began = performance.now()
    try {
      latest = { value: await read(), readAt: performance.now() }
    } catch (error) {
      onError(error)
    }
    const now = performance.now()
    notBefore = now + Math.max(freshMs, (now - began) * PAUSE_PER_READ)
    reading = false
  }

  return {
    current() {
      const now = performance.now()
      if (!reading && now >= notBefore) void refresh()
      return latest && now - latest.readAt < usefulMs ? latest.value : undefined
    },
  }
}
