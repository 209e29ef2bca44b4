/** A fetch in place of the network, and of the time that it takes: answers as a test says, and ends when it is told to. */

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: unknown
  readonly signal: AbortSignal
}

export interface StandIn {
  readonly fetch: typeof fetch
  readonly asked: readonly Asked[]
}

const MOST = 1000

/** @param answer undefined: nothing comes */
export function standIn(answer: (request: Asked, before: number) => Response | undefined): StandIn {
  const asked: Asked[] = []
  return {
    asked,
    async fetch(to, { method = 'GET', headers, body, signal } = {}) {
      // Each has a signal.
      const request = {
        method,
        url: to instanceof Request ? to.url : String(to),
        headers: new Headers(headers),
        body,
        signal: signal as AbortSignal,
      }
      request.signal.throwIfAborted()
      // Or one that asks without a pause would never let the clock turn.
      if (asked.length === MOST) return untilAborted(request.signal)
      const answered = answer(request, asked.push(request) - 1)
      return answered ?? untilAborted(request.signal)
    },
  }
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(body), { ...init, headers })
}

/** A body whose pieces come one by one, with a pause before each. */
export function slowly(
  pieces: readonly string[],
  pauseMs: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const left = pieces.map((piece) => new TextEncoder().encode(piece))
  return new ReadableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason))
    },
    async pull(controller) {
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs)
      })
      const next = left.shift()
      if (signal.aborted) return
      if (next) controller.enqueue(next)
      else controller.close()
    },
  })
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
