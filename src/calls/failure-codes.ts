/** Why a call failed: the codes, and what each means where nothing else is said. */
import type { FailureCode } from '../job/failure.ts'
import type { CallErrorCode } from '../outbound/call-error.ts'

// Of the service's own, so that each has its title and its page; the compiler complains of one that has not.
export type CallFailureCode = Extract<
  FailureCode,
  CallErrorCode | 'http-client-error' | 'http-server-error' | 'assertion-failed' | 'callee-failed'
>

/** Whether a further attempt may mend it. An answer's status says that itself; see status-policy.ts. */
export const RETRYABLE: Readonly<Record<CallFailureCode, boolean>> = {
  // Nobody knows whether the callee has done the work; the same Idempotency-Key sees to it that it is done once.
  timeout: true,
  'connection-error': true,
  'dns-error': true,
  // Certificates are renewed, mostly soon after somebody notices.
  'tls-error': true,
  // The address stays as it is until somebody changes the settings.
  'blocked-address': false,
  'response-too-large': false,
  'http-client-error': false,
  'http-server-error': true,
  // The callee has answered, and means it.
  'assertion-failed': false,
  'callee-failed': false,
}

export const CALL_FAILURE_CODES = Object.keys(RETRYABLE) as readonly CallFailureCode[]
