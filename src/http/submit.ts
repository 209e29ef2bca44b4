/** POST /jobs and POST /tasks/{task}: two doors to the same command. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { findOwnJob } from '../commands/own-job.ts'
import type { Submitted } from '../commands/submit-job.ts'
import { submitSent } from '../commands/submit-sent.ts'
import { callbackOptions } from '../job/callback.ts'
import { taskNamed } from '../job/catalogue.ts'
import type { Job } from '../job/job.ts'
import type { Path } from '../job/json.ts'
import { isTerminal } from '../job/status.ts'
import { readTraceparent } from '../job/traceparent.ts'
import { submissionOptions } from '../job/submission.ts'
import { sendAccepted, sendEnded } from './accepted.ts'
import type { HttpContext } from './context.ts'
import { idempotencyKey, markReplayed } from './idempotency-key.ts'
import { inTimeOr } from './in-time.ts'
import { setDeprecation } from './deprecation.ts'
import { jsonOf } from './json-body.ts'
import { markApplied, preferencesOf } from './prefer.ts'
import { principalOf } from './principal.ts'
import { noParameters, queryOf } from './query.ts'
import { logOf } from './request-log.ts'
import type { Waited } from './waits.ts'

/** `a,b`, or the parameter more than once. */
function listOf(example: string) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((list) => list.split(',')))
    .meta({ example })
}

/** The options of a submission as query parameters, where the body is the input itself. */
export const submissionQuery = z.strictObject({
  runAt: submissionOptions.runAt,
  priority: z.coerce.number<string>().pipe(submissionOptions.priority.unwrap()).optional(),
  callbackUrl: callbackOptions.callbackUrl,
  callbackEvents: listOf('job.completed,job.failed').pipe(callbackOptions.callbackEvents.unwrap()).optional(),
  callbackPayload: callbackOptions.callbackPayload,
  callbackCloudEvents: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  tags: listOf('a,b')
    .pipe(submissionOptions.tags.unwrap())
    .meta({ description: 'Words of your own to mark the job with: tags=a,b or tags=a&tags=b' })
    .optional(),
})

/** The body is the whole submission. */
export function submitToJobs(context: HttpContext) {
  return async (req: Request, res: Response): Promise<void> => {
    queryOf(noParameters, req)
    await submit(context, req, res, jsonOf(req), ['input'])
  }
}

/** The body is the input; the options are in the query. */
export function submitToTask(context: HttpContext) {
  return async (req: Request, res: Response): Promise<void> => {
    const { name: task } = taskNamed(context.catalogue, String(req.params['task']))
    const options = queryOf(submissionQuery, req)
    await submit(context, req, res, { ...options, task, input: jsonOf(req) }, [])
  }
}

async function submit(
  context: HttpContext,
  req: Request,
  res: Response,
  sent: unknown,
  inputAt: Path,
): Promise<void> {
  const submitted = await submitSent(context, {
    principal: principalOf(res),
    sent,
    inputAt,
    key: idempotencyKey(req),
    traceparent: readTraceparent(req.get('traceparent')),
  })
  return answer(context, req, res, submitted)
}

async function answer(
  context: HttpContext,
  req: Request,
  res: Response,
  { job, replayed }: Submitted,
): Promise<void> {
  const { waitSeconds, ...others } = preferencesOf(req)
  const minimal = others.returnMinimal
  const { job: latest, waited } =
    waitSeconds === undefined ? { job, waited: false } : await untilDone(context, res, job, waitSeconds)
  const task = context.catalogue.get(job.task)
  if (task) setDeprecation(res, task)
  if (replayed) markReplayed(res)
  markApplied(res, { ...others, ...(waited && waitSeconds !== undefined ? { waitSeconds } : {}) })
  // One answer for all that was accepted, be it new, replayed or done, unless the client asked to wait for the end.
  if (waitSeconds !== undefined && isTerminal(latest.status)) sendEnded(res, latest, { minimal })
  else sendAccepted(context, res, latest, { minimal })
}

async function untilDone(
  { deps, waits }: HttpContext,
  res: Response,
  job: Job,
  seconds: number,
): Promise<Waited> {
  const { id, principal } = job
  // The job is accepted, come what may: where it cannot be read the client has its 202 and polls.
  const found = () =>
    findOwnJob(deps, { id, principal }).catch((error: unknown) => {
      logOf(res).debug({ err: error, job: id }, 'could not wait for the job')
      return job
    })
  const read = () => inTimeOr(res, found(), job)
  return waits.until(res, { id, read, isEnough: ({ status }) => isTerminal(status), seconds })
}
