/** The task that tells a receiver of the end of a job: one signed POST, tried again for three days. */
import { z } from 'zod'
import { CALLBACK_LANE, CALLBACK_WAITS } from '../job/callback.ts'
import { defineTask } from '../job/define-task.ts'
import { TaskError } from '../job/failure.ts'
import type { Task, TaskContext } from '../job/task.ts'
import type { Caller, OutboundResponse } from '../outbound/caller.ts'
import { CallError } from '../outbound/call-error.ts'
import { retryAfterSeconds } from '../polling/retry-after.ts'
import { cloudEventHeaders } from './cloud-event.ts'
import { headerOf } from './headers.ts'
import { isSuccess } from './status-policy.ts'
import { webhookRequest, type WebhookMessage } from './webhook-request.ts'

export interface WebhookDeps {
  readonly caller: Caller
  /** What to sign with, as `whsec_…`; at least one. */
  readonly secretsOf: (principal: string) => Promise<readonly string[]>
  /** Undefined of a job that somebody submitted by himself: a test. */
  readonly messageOf: (jobId: string) => Promise<WebhookMessage | undefined>
  /** Receivers that want no more. */
  readonly off: {
    has(principal: string, url: string): Promise<boolean>
    add(principal: string, url: string): Promise<void>
    remove(principal: string, url: string): Promise<void>
  }
  /** Where events come from, as CloudEvents wants to know. */
  readonly source: string
}

// Standard Webhooks: 15 to 30 s. What takes longer should be put in a queue over there, and answered first.
const TIMEOUT_MS = 15_000
// What the receiver says besides its status is not for us, nor for those who see the job (OWASP API7:2023).
const MAX_ANSWER = { keepBytes: 0, maxBytes: 1024 * 1024 }
const GONE = 410

const input = z.object({
  url: z.url({ protocol: /^https?$/, error: 'Must be an http or https URL' }).max(8000),
  cloudEvents: z
    .boolean()
    .meta({ description: 'With the `ce-*` headers of CloudEvents in binary mode as well' })
    .optional(),
})
const output = z.object({ status: z.int(), messageId: z.string() })

export function webhookTask(deps: WebhookDeps): Task<typeof input, typeof output> {
  const { caller, secretsOf, messageOf, off, source } = deps
  return defineTask({
    summary: 'Tell a receiver of an event',
    description:
      'Jobs with a `callbackUrl` are told of by jobs of this task. Submitted by yourself it sends a test event, `webhook.test`, the very same way; a test that is taken has a receiver told again that answered 410 before.',
    input,
    output,
    example: { url: 'https://example.com/hooks' },
    lane: CALLBACK_LANE,
    retry: { limit: CALLBACK_WAITS.length, delaySeconds: CALLBACK_WAITS[0], maxDelaySeconds: 86_400 },
    timeoutSeconds: 60,
    typicalSeconds: 1,
    target: 'url',
    targetIsSecure: true,

    async run({ url, cloudEvents = false }, context) {
      const { principal, jobId } = context
      const told = await messageOf(jobId)
      if (told && (await off.has(principal, url))) {
        throw final('callback-off', 'The receiver answered 410 before, so nothing more is sent there')
      }
      const message = told ?? testMessage(jobId)
      const request = webhookRequest(message, await secretsOf(principal), context)
      const headers = [...request.headers, ...(cloudEvents ? cloudEventHeaders(message, source) : [])]
      const response = await post({ ...request, url, headers }, context)
      if (response.status === GONE && told) {
        await off.add(principal, url)
        throw final('callback-off', 'The receiver answered 410: it wants no more')
      }
      if (!isSuccess(response.status)) throw refused(response, context)
      if (!told) await off.remove(principal, url)
      return { status: response.status, messageId: message.id }
    },
  })

  async function post(
    request: ReturnType<typeof webhookRequest> & { readonly url: string },
    context: TaskContext,
  ): Promise<OutboundResponse> {
    const { signal, transcript } = context
    const at = new Date().toISOString()
    const shown = { at, request: { method: 'POST', url: request.url } }
    try {
      const limits = { timeoutMs: TIMEOUT_MS, follow: 0, secure: true, signal, ...MAX_ANSWER }
      const response = await caller.call({ method: 'POST', ...request, ...limits })
      transcript([{ ...shown, response: { status: response.status }, timings: { ...response.timings } }])
      return response
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      transcript([{ ...shown, error: { code: error.code, detail: error.message } }])
      if (error.code === 'blocked-address') throw final(error.code, error.message)
      throw again(error.code, error.message, context)
    }
  }
}

function testMessage(jobId: string): WebhookMessage {
  return {
    id: `msg_${jobId.replaceAll('-', '')}`,
    type: 'webhook.test',
    timestamp: new Date(),
    data: { id: jobId },
  }
}

function refused({ status, headers }: OutboundResponse, context: TaskContext): TaskError {
  const asked = retryAfterSeconds(headerOf(headers, 'retry-after'), Date.now(), headerOf(headers, 'date'))
  const code = status < 500 ? 'http-client-error' : 'http-server-error'
  return again(code, `The receiver answered ${status}`, context, asked)
}

function final(code: string, detail: string): TaskError {
  return new TaskError(detail, { code, retryable: false })
}

/** By the published schedule, and not before the receiver wants it. */
function again(code: string, detail: string, { attempt }: TaskContext, asked = 0): TaskError {
  // Run again by somebody after all of these, it begins anew.
  const step = CALLBACK_WAITS[(attempt - 1) % (CALLBACK_WAITS.length + 1)] ?? CALLBACK_WAITS[0]
  const jittered = step * (1 + Math.random() * JITTER)
  return new TaskError(detail, { code, retryAfterSeconds: Math.max(asked, jittered) })
}

// Those that failed together do not come back together; never earlier than published.
const JITTER = 0.1
