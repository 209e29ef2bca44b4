/** One connection, on which one request is answered after another. */
import type { Socket } from 'node:net'
import { Client } from 'undici'
import { Answering, type Answer } from './answering.ts'

export interface Exchange {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Name and value in turn. */
  readonly headers: string[]
  readonly body?: Buffer
  readonly keepBytes: number
  readonly maxBytes: number
  readonly onFirstByte: () => void
}

/** The connection broke; whether the request may be sent once more depends on how far it had come. */
export class BrokenExchange extends Error {
  /** Whether anything of the request went out. */
  readonly sent: boolean
  /** Whether anything of an answer came. */
  readonly answered: boolean

  constructor(cause: Error, { sent, answered }: { readonly sent: boolean; readonly answered: boolean }) {
    super('The connection broke', { cause })
    this.sent = sent
    this.answered = answered
  }
}

const MAX_HEADER_BYTES = 32 * 1024

export class Connection {
  /** Which requests it may be used for. */
  readonly key: string
  readonly #socket: Socket
  readonly #client: Client

  constructor(key: string, origin: string, socket: Socket, idleMs: number) {
    this.key = key
    this.#socket = socket
    let taken = false
    this.#client = new Client(origin, {
      // The socket is there already, and there is no second one: undici would connect anew by itself and send again.
      connect: (_, callback) => {
        const first = !taken
        taken = true
        queueMicrotask(() =>
          first ? callback(null, socket) : callback(new Error('Closed before it was used'), null),
        )
      },
      pipelining: 1,
      allowH2: false,
      useMilo: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The deadline of the call is over all of it; these would be about single pauses.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleMs,
      // What the server says can make that shorter only.
      keepAliveMaxTimeout: idleMs,
    })
  }

  /** Whether it can take another request. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writableLength === 0
  }

  onceClosed(listener: () => void): void {
    if (this.#socket.closed) listener()
    else this.#socket.once('close', listener)
  }

  /** @throws BrokenExchange, or CallError where the answer is too large, or the signal's reason. Drop it then. */
  async exchange(request: Exchange, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    const { method, path, headers, body } = request
    const answering = new Answering(request)
    const onAbort = () => answering.fail(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    // Before undici sees it, which takes a reset for the end of a body that has no length.
    const onError = (error: Error) => answering.break(error)
    this.#socket.prependOnceListener('error', onError)
    try {
      this.#client.dispatch({ method, path, headers, body: body ?? null }, answering)
      return await answering.answer
    } catch (error) {
      const broke = answering.broke
      throw broke ? new BrokenExchange(broke, answering) : error
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#socket.off('error', onError)
    }
  }

  /** At once, whatever is under way; done when the socket is closed. */
  async drop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#socket.closed) resolve()
    else this.#socket.once('close', () => resolve())
    void this.#client.destroy()
    this.#socket.destroy()
    await promise
  }
}
