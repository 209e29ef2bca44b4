/** POST /jobs and POST /tasks/{task}: two doors to the same command. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Deps } from '../commands/deps.ts'
import { findReplay, submitJob } from '../commands/submit-job.ts'
import { taskNamed, type Catalogue } from '../job/catalogue.ts'
import { fingerprintOf } from '../job/fingerprint.ts'
import type { Job } from '../job/job.ts'
import { findFlaws, type Path } from '../job/json.ts'
import { submissionFrom, submissionOptions } from '../job/submission.ts'
import { sendAccepted } from './accepted.ts'
import { idempotencyKey, markReplayed } from './idempotency-key.ts'
import { jsonOf } from './json-body.ts'
import { principalOf } from './principal.ts'
import { noParameters, queryOf } from './query.ts'
import type { Urls } from './urls.ts'

export interface Doors {
  readonly deps: Deps
  readonly catalogue: Catalogue
  readonly urls: Urls
}

/** The options of a submission as query parameters, where the body is the input itself. */
export const submissionQuery = z.strictObject({
  runAt: submissionOptions.runAt,
  priority: z.coerce.number<string>().pipe(submissionOptions.priority.unwrap()).optional(),
  tags: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((list) => list.split(',')))
    .pipe(submissionOptions.tags.unwrap())
    .meta({ description: 'Words of your own to mark the job with: tags=a,b or tags=a&tags=b' })
    .optional(),
})

/** The body is the whole submission. */
export async function submitToJobs(doors: Doors, req: Request, res: Response): Promise<void> {
  queryOf(noParameters, req)
  await submit(doors, req, res, jsonOf(req), ['input'])
}

/** The body is the input; the options are in the query. */
export async function submitToTask(
  doors: Doors,
  req: Request<{ task: string }>,
  res: Response,
): Promise<void> {
  const task = taskNamed(doors.catalogue, req.params.task)
  const options = queryOf(submissionQuery, req as Request)
  await submit(doors, req as Request, res, { ...options, task: task.name, input: jsonOf(req as Request) }, [])
}

async function submit(
  doors: Doors,
  req: Request,
  res: Response,
  sent: unknown,
  inputAt: Path,
): Promise<void> {
  const { deps, catalogue, urls } = doors
  const principal = principalOf()
  const key = idempotencyKey(req)
  const keyed = key === undefined ? {} : { idempotencyKey: key }
  // What the database cannot keep was never accepted, so there is nothing to replay; and it has no canonical form.
  const storable = findFlaws(sent).length === 0
  const fingerprint = storable ? fingerprintOf(sent) : ''

  // Before the schema: what was accepted once must replay even if the task's schema has been tightened since.
  const earlier = storable ? await findReplay(deps.db, { principal, fingerprint, ...keyed }) : undefined
  if (earlier) return answer(earlier, true)
  const submission = submissionFrom(catalogue, sent, inputAt)
  const { job, replayed } = await submitJob(deps, { principal, submission, fingerprint, ...keyed })
  return answer(job, replayed)

  function answer(accepted: Job, isReplay: boolean): void {
    if (isReplay) markReplayed(res)
    sendAccepted(res, urls, accepted, catalogue.get(accepted.task))
  }
}
