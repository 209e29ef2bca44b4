/** Handing a job back that this worker holds and does not run; no attempt is used up. */
import type { Logger } from 'pino'
import type { AttemptName } from '../store/settling.ts'
import type { WorkDeps } from './deps.ts'
import { settle } from './settle.ts'

/** Never rejects. @param delaySeconds how long until it may be delivered again */
export async function handBack(
  deps: WorkDeps,
  log: Logger,
  attempt: AttemptName,
  delaySeconds: number,
): Promise<void> {
  try {
    await settle(deps, attempt, { kind: 'interrupted' }, { delaySeconds })
  } catch (error) {
    log.error({ err: error, job: attempt.id }, 'could not hand the job back')
  }
}
