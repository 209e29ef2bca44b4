/** When to try again after a failed attempt. */
export interface RetryPolicy {
  /** How many further attempts a failing job gets. */
  readonly limit: number
  /** Wait after the first failure; doubles with each one after. */
  readonly delaySeconds: number
  readonly maxDelaySeconds: number
}

// Two more tries, a second apart and then two: enough for a restart of something we call, little enough that a
// hopeless job ends soon. An hour at most, so that a long outage does not turn into a longer one.
export const DEFAULT_RETRY: RetryPolicy = { limit: 2, delaySeconds: 1, maxDelaySeconds: 3600 }

/**
 * Seconds to wait after `failures` failed attempts (from 1): exponential, and spread over the upper half of each step so
 * that jobs which failed together do not come back together.
 */
export function backOffSeconds(policy: RetryPolicy, failures: number, random: () => number): number {
  const step = Math.min(policy.delaySeconds * 2 ** (failures - 1), policy.maxDelaySeconds)
  return step * (0.5 + random() / 2)
}
