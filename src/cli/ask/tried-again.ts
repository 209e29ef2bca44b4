/** A job that waits for another attempt after some that came to nothing, and why the last one did. */
import type { Job } from '../../client/client.ts'
import { ANSWER_SECONDS, type Api } from './api.ts'

export function isTriedAgain({ status, attempt }: Job): boolean {
  return status === 'pending' && attempt > 0
}

/** Undefined where it is none of them, or nothing is known. */
export async function lastTrouble({ client }: Api, job: Job): Promise<string | undefined> {
  if (!isTriedAgain(job)) return undefined
  try {
    const last = (await client.attempts(job.id, { timeoutSeconds: ANSWER_SECONDS })).at(-1)
    return last?.error ? `${last.error.code}: ${last.error.detail}` : last?.reason
  } catch {
    // What is known of the job is worth more than a complaint.
    return undefined
  }
}
