/** What was opened, to be closed in reverse when all is over. */
import type { Logger } from 'pino'

export type Close = () => Promise<void>

export interface Closers {
  add(close: Close): void
  /** Each whatever became of the others: a failure to close one thing must not leak the rest. */
  close(): Promise<void>
}

export function closersWith(log: Logger): Closers {
  const closers: Close[] = []
  return {
    add: (close) => void closers.push(close),
    async close() {
      for (const closer of closers.splice(0).toReversed()) {
        await closer().catch((error: unknown) => log.error({ err: error }, 'closing'))
      }
    },
  }
}

/** The same end for whoever asks for it, however often. */
export function once(close: Close): Close {
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}
