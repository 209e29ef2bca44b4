/** Submitting what somebody sent: checked and accepted; or, where its key has a job already, that job. */
import type { Catalogue } from '../job/catalogue.ts'
import { JobError } from '../job/errors.ts'
import { fingerprintOf } from '../job/fingerprint.ts'
import { findFlaws, isObject, type Path } from '../job/json.ts'
import type { KeyedSubmission } from '../job/new-job.ts'
import { submissionFrom, type Submission, type SubmissionRules } from '../job/submission.ts'
import type { Deps } from './deps.ts'
import { stopping } from './stopping.ts'
import { findReplay, submitJob, type Submitted } from './submit-job.ts'

export interface Sent {
  readonly principal: string
  /** Task, input and options, as in the body of POST /jobs. */
  readonly sent: unknown
  /** Where the input stands in what the client sent: `['input']`, or `[]` where the body is the input. */
  readonly inputAt: Path
  readonly key?: string | undefined
  readonly traceparent?: string | undefined
}

export interface Desk {
  readonly deps: Deps
  readonly catalogue: Catalogue
  readonly rulesFor: (principal: string) => SubmissionRules
  /** Aborted when a process that was asked to stop accepts no more jobs: load balancers have had their time to look elsewhere. */
  readonly refusing: AbortSignal
}

/**
 * @param store how what was found valid is stored
 * @throws JobError validation-error, idempotency-key-required, and whatever `store` throws
 */
export async function submitSent(
  { deps, catalogue, rulesFor, refusing }: Desk,
  { principal, sent, inputAt, key, traceparent }: Sent,
  store: (deps: Deps, keyed: KeyedSubmission) => Promise<Submitted> = submitJob,
): Promise<Submitted> {
  if (key === undefined) expectNoneRequired(catalogue, sent)
  const known = {
    principal,
    ...(key === undefined ? {} : idempotencyOf(key, sent)),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
  let submission: Submission
  try {
    submission = submissionFrom(catalogue, sent, inputAt, rulesFor(principal))
    if (refusing.aborted) throw stopping()
  } catch (error) {
    // What was accepted once must replay even if the task's schema has been tightened since, or the process is stopping.
    const earlier = await findReplay(deps.db, known)
    if (!earlier) throw error
    return { job: earlier, replayed: true }
  }
  return store(deps, { ...known, submission })
}

/** What the database cannot keep will not be accepted, nor was it ever: there is nothing to replay, and no canonical form. */
function idempotencyOf(key: string, sent: unknown): Pick<KeyedSubmission, 'idempotency'> {
  return findFlaws(sent).length > 0 ? {} : { idempotency: { key, fingerprint: fingerprintOf(sent) } }
}

function expectNoneRequired(catalogue: Catalogue, sent: unknown): void {
  const name = isObject(sent) ? sent['task'] : undefined
  const task = typeof name === 'string' ? catalogue.get(name) : undefined
  if (!task?.requiresIdempotencyKey) return
  const detail = `${task.name} must not be done twice by mistake: send an Idempotency-Key of your own making, such as a UUID`
  throw new JobError('idempotency-key-required', detail)
}
