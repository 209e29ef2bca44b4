/** How long one try, or one pause, may take: until the caller has enough, the deadline, or so long without a sign of life. */
import { ConnectionError, ProblemError } from './errors.ts'
import type { Patience } from './patience.ts'

export interface Limit {
  readonly signal: AbortSignal
  /** There was a sign of life: the time begins again. */
  restart(this: void): void
  release(this: void): void
  /** Whatever is still under way is of no interest any more. */
  end(this: void): void
  /** What an error of this try really means. What else goes wrong in a try is of the network, whatever a runtime calls it. */
  reasonFor(this: void, error: unknown): unknown
}

/** A signal for one try, aborted with the caller's, at the deadline, and after this time without a sign of life. */
export function limited(patience: Patience, ms: number): Limit {
  const { signal, leftMs, deadline } = patience
  signal?.throwIfAborted()
  if (!(leftMs() > 0)) throw deadline()
  const controller = new AbortController()
  const stop = () => controller.abort(signal?.reason)
  let timer: ReturnType<typeof setTimeout> | undefined
  const restart = () => {
    clearTimeout(timer)
    const left = leftMs()
    timer = setTimeout(
      () =>
        controller.abort(
          left <= ms ? deadline() : new ConnectionError(`There was no answer for ${ms / 1000} s`),
        ),
      Math.min(ms, Math.max(0, left)),
    )
  }
  const release = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
  restart()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    restart,
    release,
    end() {
      release()
      controller.abort()
    },
    reasonFor(error: unknown): unknown {
      if (controller.signal.aborted) return controller.signal.reason
      if (error instanceof ProblemError) return error
      return new ConnectionError(`The request failed: ${reasonOf(error)}`, { cause: error })
    },
  }
}

/** Node has the reason in the cause, and the words "fetch failed" before it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  if (!(cause instanceof Error)) return message
  // With more than one address the message is empty.
  const { code } = cause as { readonly code?: string }
  return cause.message || (code ?? message)
}

/** @throws the signal's reason; DeadlineError, at the deadline, where the time would not do */
export async function sleep(ms: number, patience: Patience): Promise<void> {
  const isTooLong = ms >= patience.leftMs()
  const { signal, release } = limited(patience, ms)
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
  })
  release()
  patience.signal?.throwIfAborted()
  if (isTooLong) throw patience.deadline()
}
