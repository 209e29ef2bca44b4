/** The end of a call: when its time is over, when whoever asked for it wants it no more, when all calls end. */
import { CallError } from './call-error.ts'

export type Awaited = 'the address of the host' | 'a connection' | 'the first byte' | 'the rest of the body'

// What timers can do.
const MAX_MS = 2 ** 31 - 1

export class Deadline {
  readonly #timeoutMs: number
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #given: AbortSignal | undefined
  readonly #onGiven = () => this.#controller.abort(this.#given?.reason)
  /** What the sentence says when the time is over. */
  awaited: Awaited = 'the address of the host'

  constructor(timeoutMs: number, given?: AbortSignal) {
    this.#timeoutMs = timeoutMs
    this.#given = given
    this.#timer = setTimeout(() => this.#controller.abort(this.#error()), Math.min(timeoutMs, MAX_MS))
    if (given?.aborted) this.#onGiven()
    else given?.addEventListener('abort', this.#onGiven, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends the call now, with this error. */
  end(error: Error): void {
    this.#controller.abort(error)
  }

  /** What this promises, or the reason of the end if that comes first. */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this
    const { promise: ended, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([ended, promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** The call is over: nothing is to be left that would end it. */
  forget(): void {
    clearTimeout(this.#timer)
    this.#given?.removeEventListener('abort', this.#onGiven)
  }

  #error(): CallError {
    return new CallError(
      'timeout',
      `The time of ${this.#timeoutMs} ms was over while waiting for ${this.awaited}`,
    )
  }
}
