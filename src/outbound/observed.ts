/** A caller whose calls somebody hears of: how they went, origin by origin. */
import { originOf } from '../job/origin.ts'
import type { Caller } from './caller.ts'
import { CallError, type CallErrorCode } from './call-error.ts'

export interface ObservedCall {
  readonly origin: string
  /** 0: no answer came. */
  readonly status: number
  readonly ms: number
}

// Of the others nobody knows how the host is: it was not called, or it did answer.
const NO_ANSWER: ReadonlySet<CallErrorCode> = new Set([
  'timeout',
  'connection-error',
  'dns-error',
  'tls-error',
])

/** @param onCall is waited for, so that nothing follows from a call before it is known how it went */
export function observed(caller: Caller, onCall: (call: ObservedCall) => Promise<void>): Caller {
  return {
    ...caller,
    async call(request) {
      const began = performance.now()
      const tell = async (status: number) => {
        const origin = originOf(request.url)
        if (origin !== undefined) await onCall({ origin, status, ms: performance.now() - began })
      }
      try {
        const response = await caller.call(request)
        await tell(response.status)
        return response
      } catch (error) {
        if (error instanceof CallError && NO_ANSWER.has(error.code)) await tell(0)
        throw error
      }
    },
  }
}
