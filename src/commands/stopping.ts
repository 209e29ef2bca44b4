/** What a process that is stopping says to new work; what it has accepted it still answers for. */
import { JobError } from '../job/errors.ts'
import { spread } from '../job/spread.ts'

// By then another process has taken over, or this one is back.
const RETRY_SECONDS = 2

export function stopping(): JobError {
  const detail = 'This process is stopping; send the same request again, with the same Idempotency-Key'
  return new JobError('temporary-reduced-capacity', detail, { retryAfterSeconds: spread(RETRY_SECONDS) })
}
