/** The line from one attempt to its callee: each request goes through here, is written down, and fails in the job's words. */
import type { TaskContext } from '../job/task.ts'
import type { Caller, OutboundResponse } from '../outbound/caller.ts'
import { CallError } from '../outbound/call-error.ts'
import { failedCall, type Blame } from './failures.ts'
import { secretsOfInput, type CallInput } from './input.ts'
import { privateHeaders, type Outgoing } from './request.ts'
import { redactor } from './secrets.ts'
import { openTranscript, type KeptTranscript } from './transcript.ts'

export const KEEP_BYTES = 1024 * 1024
const MAX_BYTES = 16 * 1024 * 1024
// Below the task's own limit, so that the job fails with what was waited for and not with "took too long".
const SEGMENT_MS = 390_000
const LEAST_MS = 1000
const CANCEL_MS = 10_000

export interface Line {
  readonly input: CallInput
  readonly context: TaskContext
  readonly blame: Blame
  /** @throws TaskError where there is no answer; the signal's reason where the attempt was stopped */
  readonly send: (request: Outgoing, follow?: number) => Promise<OutboundResponse>
  /** The same though the attempt was stopped: soon over, and nothing comes of a failure. */
  readonly sendAnyway: (request: Outgoing) => Promise<void>
  readonly transcript: () => KeptTranscript
}

export interface LineOptions {
  /** Of the segments before. */
  readonly before?: KeptTranscript | undefined
  /** Of headers and query parameters that nobody is to see, in lower case. */
  readonly hiddenNames?: readonly string[] | undefined
}

export function openLine(
  caller: Caller,
  input: CallInput,
  context: TaskContext,
  { before, hiddenNames = [] }: LineOptions = {},
): Line {
  const redact = redactor(secretsOfInput(input))
  const hidden = privateHeaders(input)
  const blame = { on: input.retry.on, redact }
  const transcript = openTranscript(context.transcript, redact, before)
  const until = Date.now() + SEGMENT_MS
  return { input, context, blame, send, sendAnyway, transcript: transcript.kept }

  async function send(request: Outgoing, follow = 0): Promise<OutboundResponse> {
    const { signal } = context
    const timeoutMs = Math.max(LEAST_MS, Math.min(input.timeoutSeconds * 1000, until - Date.now()))
    try {
      signal.throwIfAborted()
      return await written(request, { timeoutMs, follow, signal })
    } catch (error) {
      // Whatever the caller made of it.
      if (signal.aborted) throw signal.reason as Error
      if (isCallError(error)) throw failedCall(request, error, blame)
      throw error
    }
  }

  async function sendAnyway(request: Outgoing): Promise<void> {
    try {
      await written(request, { timeoutMs: CANCEL_MS, follow: 0 })
    } catch (error) {
      context.log.warn('The callee could not be told', { code: isCallError(error) ? error.code : 'unknown' })
    }
  }

  async function written(
    request: Outgoing,
    options: { readonly timeoutMs: number; readonly follow: number; readonly signal?: AbortSignal },
  ): Promise<OutboundResponse> {
    const { shownBody: _, ...outgoing } = request
    const entry = { at: new Date(), request, hidden: [...hidden, ...hiddenNames] }
    const limits = { keepBytes: KEEP_BYTES, maxBytes: MAX_BYTES, privateHeaders: hidden }
    try {
      const response = await caller.call({ ...outgoing, ...limits, ...options })
      transcript.add({ ...entry, response })
      return response
    } catch (error) {
      const isStopped = options.signal?.aborted === true
      if (isStopped) transcript.add({ ...entry, error: { code: 'stopped' } })
      else if (isCallError(error)) transcript.add({ ...entry, error })
      throw error
    }
  }
}

// Not by its name: what the caller throws besides is a mistake of ours, and is to be seen as one.
function isCallError(error: unknown): error is CallError {
  return error instanceof CallError
}
