/** One answer as it comes in: its head, as much of its body as is kept, or how it broke. */
import type { Dispatcher } from 'undici'
import { CallError } from './call-error.ts'
import { KeptBody } from './kept-body.ts'

export interface Answer {
  readonly status: number
  readonly statusText: string
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  readonly truncated: boolean
  readonly bytes: number
}

export interface AnsweringOptions {
  readonly method: string
  readonly keepBytes: number
  readonly maxBytes: number
  readonly onFirstByte: () => void
}

// The limit of headers is not over this.
const MAX_REASON = 500

type Head = Pick<Answer, 'status' | 'statusText' | 'headers'>

export class Answering implements Dispatcher.DispatchHandler {
  readonly #options: AnsweringOptions
  readonly #outcome = Promise.withResolvers<Answer>()
  readonly #body: KeptBody
  #head: Head = { status: 0, statusText: '', headers: [] }
  /** Whether anything of the request went out. */
  sent = false
  /** Whether anything of an answer came. */
  answered = false
  /** The error of the connection, if it was that. */
  broke: Error | undefined

  constructor(options: AnsweringOptions) {
    this.#options = options
    this.#body = new KeptBody(options.keepBytes)
  }

  get answer(): Promise<Answer> {
    return this.#outcome.promise
  }

  fail(error: Error): void {
    this.#outcome.reject(error)
  }

  /** As `fail`, but by what happened to the connection. */
  break(error: Error): void {
    this.broke ??= error
    this.#outcome.reject(error)
  }

  onRequestStart(): void {
    this.sent = true
  }

  onResponseStarted(): void {
    if (!this.answered) this.#options.onFirstByte()
    this.answered = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    statusText = '',
  ): void {
    // Of what comes before the answer nothing is wanted.
    if (status < 200) return
    const headers = pairs(controller.rawHeaders)
    this.#head = { status, statusText: statusText.slice(0, MAX_REASON), headers }
    const said = headers.find(([name]) => name === 'content-length')?.[1]
    const hasBody = this.#options.method.toUpperCase() !== 'HEAD' && status !== 304
    if (hasBody && Number(said) > this.#options.maxBytes) this.#tooLarge(controller)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body.bytes + chunk.length > this.#options.maxBytes) this.#tooLarge(controller)
    else this.#body.add(chunk)
  }

  onResponseEnd(): void {
    const { body, truncated, bytes } = this.#body
    this.#outcome.resolve({ ...this.#head, body, truncated, bytes })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.break(error)
  }

  #tooLarge(controller: Dispatcher.DispatchController): void {
    const message = `The body of the answer is longer than ${this.#options.maxBytes} bytes`
    const error = new CallError('response-too-large', message)
    this.#outcome.reject(error)
    controller.abort(error)
  }
}

/** Raw headers come name and value in turn. */
function pairs(raw: Dispatcher.DispatchController['rawHeaders']): Answer['headers'] {
  const texts = (Array.isArray(raw) ? raw : []).map((part) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  )
  return texts.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), texts[index + 1] ?? ''] as const] : [],
  )
}
