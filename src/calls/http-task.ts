/** The task that calls a URL: once, or as often as it takes, or until the work that was accepted there is done. */
import { defineTask } from '../job/define-task.ts'
import type { Task, TaskContext } from '../job/task.ts'
import type { Caller, OutboundResponse } from '../outbound/caller.ts'
import { firstUnmet, isExpected } from './assertions.ts'
import { documentOf } from './document.ts'
import { failedOtherwise, failedStatus } from './failures.ts'
import { follow, followIfAccepted } from './follow.ts'
import { followingOf } from './following.ts'
import { input, methodOf, type CallInput } from './input.ts'
import { openLine, type Line } from './line.ts'
import { firstRequest } from './request.ts'
import { output, resultOf, type CallResult } from './result.ts'
import { CALL_RETRY } from './retry-input.ts'
import { isSuccess } from './status-policy.ts'
import { quoted, type Quote } from './words.ts'

export interface HttpTaskDeps {
  readonly caller: Caller
  /** What requests are signed with for this principal, as `whsec_…`; none where nothing is to be signed. */
  readonly secretsOf: (principal: string) => readonly string[]
  /** Of headers and query parameters that no transcript shows, in lower case, besides those that sound secret. */
  readonly hiddenNames?: readonly string[]
}

export function httpTask({
  caller,
  secretsOf,
  hiddenNames,
}: HttpTaskDeps): Task<typeof input, typeof output> {
  return defineTask({
    summary: 'Call a URL, and keep at it until it has worked',
    description:
      'Sends an HTTP request and returns the answer. What fails for the moment is tried again, later and later, and not before `Retry-After`. A callee that answers 202 and says where to look is polled there, with no worker held, and the result is that of its work; canceling the job cancels that too, where the callee offers it. Each request carries the job’s id as `Idempotency-Key`, `Acceptd-Attempt`, `traceparent`, and where there is a secret to sign with a signature as Standard Webhooks has it. A failed call has one of the codes timeout, connection-error, dns-error, tls-error, http-client-error, http-server-error, assertion-failed, callee-failed, blocked-address and response-too-large.',
    input,
    output,
    example: {
      url: 'https://api.example.com/reports',
      body: { json: { month: '2026-11' } },
      success: { json: [{ path: '$.error', exists: false }] },
    },
    lane: 'http',
    retry: CALL_RETRY,
    timeoutSeconds: 400,
    typicalSeconds: 1,
    target: 'url',
    sealsSecrets: true,

    retryOf({ retry: { limit, delaySeconds, maxDelaySeconds } }) {
      return { limit, delaySeconds, maxDelaySeconds }
    },

    async run(given, context) {
      const following = followingOf(context.state)
      const line = openLine(caller, given, context, { before: following?.transcript, hiddenNames })
      if (following) return finish(line, await follow(line, following))
      return finish(line, await begin(line, secretsOf(context.principal)))
    },
  })
}

async function begin(line: Line, webhookSecrets: readonly string[]): Promise<OutboundResponse> {
  const { input: given, context } = line
  const request = firstRequest(given, context, webhookSecrets, Date.now())
  const response = await line.send(request, given.follow)
  followIfAccepted(line, response)
  return response
}

/** The final answer as the result, if it is a success. */
function finish({ input: given, context, blame }: Line, response: OutboundResponse): CallResult {
  const { redact } = blame
  const request = { method: methodOf(given), url: given.url }
  const { status } = response
  if (!isExpected(status, given.success)) {
    if (!isSuccess(status)) throw failedStatus(request, response, blame)
    throw failedOtherwise('assertion-failed', request, unexpected(given, status), blame)
  }
  const document = documentOf(response)
  const quote: Quote = (value) => quoted(redact.json(value))
  const unmet = firstUnmet({ response, document }, given.success, quote)
  if (unmet) throw failedOtherwise(unmet.code, request, unmet.detail, blame)
  return resultOf(response, document, asked(given, context), redact)
}

function asked(
  { url }: CallInput,
  { attempt }: TaskContext,
): { readonly url: string; readonly attempt: number } {
  return { url, attempt }
}

function unexpected({ success }: CallInput, status: number): string {
  return `Expected the status to be ${(success.status ?? []).join(' or ')}, but it was ${status}`
}
