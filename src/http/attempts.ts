/** Every attempt at a job: when, by whom, how it ended, why there was another and when that is due. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { findOwnJob } from '../commands/own-job.ts'
import type { Job } from '../job/job.ts'
import { REASONS, type Reason } from '../job/settlement.ts'
import { findAttempts, type EndedAttempt } from '../store/attempts.ts'
import { findUnderWay } from '../store/jobs.ts'
import type { HttpContext } from './context.ts'
import { wantedBy } from './job.ts'
import { urlsOf } from './place.ts'
import { errorOf, jobError, time } from './representation.ts'
import { sendJson } from './send.ts'
import type { Urls } from './urls.ts'

// Nobody reads more; a task may allow a thousand, and a job may be run again and again.
const MAX_LISTED = 100

const OUTCOMES = ['running', 'completed', 'failed', 'interrupted', 'crashed', 'canceled'] as const

export const attemptSchema = z
  .object({
    attempt: z.int().min(1),
    outcome: z.enum(OUTCOMES).meta({
      description: '`interrupted`: the worker was stopped. `crashed`: it died. Neither uses up an attempt.',
    }),
    worker: z
      .uuid()
      .meta({
        description: 'The worker, as it is named in the log; absent while the task waits for somebody else',
      })
      .optional(),
    startedAt: time,
    endedAt: time.optional(),
    error: jobError.optional(),
    reason: z
      .enum(Object.keys(REASONS) as [Reason, ...Reason[]])
      .meta({
        description: Object.entries(REASONS)
          .map(([reason, sentence]) => `\`${reason}\`: ${sentence}.`)
          .join(' '),
      })
      .optional(),
    transcript: z.unknown().meta({ description: 'What the task tells of its calls' }).optional(),
    nextAttemptAt: time.meta({ description: 'When the next attempt was due; absent if none was' }).optional(),
  })
  .meta({ id: 'Attempt', description: 'One try at a job' })

export type AttemptDocument = z.infer<typeof attemptSchema>

export const attemptsSchema = z.object({
  items: z.array(attemptSchema).meta({ description: `Oldest first; the last ${MAX_LISTED}` }),
})

export function attemptsHandler(context: HttpContext) {
  const { deps } = context
  return async (req: Request, res: Response): Promise<void> => {
    const urls = urlsOf(res)
    const job = await findOwnJob(deps, wantedBy(context, req, res))
    const ended = await findAttempts(deps.db, job.id, MAX_LISTED)
    const items = [...ended.map((attempt) => attemptDocument(attempt, urls)), ...(await underWay(job, ended))]
    res.set('Cache-Control', 'private, no-cache')
    sendJson(res, 200, { items })
  }

  /** The attempt that runs has no row of its own yet. */
  async function underWay({ id, status, attempt, startedAt }: Job, ended: readonly EndedAttempt[]) {
    const now = status === 'running' ? await findUnderWay(deps.db, id) : undefined
    // It may have ended since the job was read.
    if (!now || !startedAt || ended.some((other) => other.attempt >= attempt)) return []
    const document: AttemptDocument = {
      attempt,
      outcome: 'running',
      ...(now.workerId === undefined ? {} : { worker: now.workerId }),
      startedAt: startedAt.toISOString(),
      ...(now.transcript === undefined ? {} : { transcript: now.transcript }),
    }
    return [document]
  }
}

function attemptDocument(ended: EndedAttempt, urls: Urls): AttemptDocument {
  return {
    attempt: ended.attempt,
    outcome: ended.outcome,
    worker: ended.workerId,
    startedAt: ended.startedAt.toISOString(),
    endedAt: ended.endedAt.toISOString(),
    ...(ended.failure ? { error: errorOf(ended.failure, urls) } : {}),
    reason: ended.reason,
    ...(ended.transcript === undefined ? {} : { transcript: ended.transcript }),
    ...(ended.nextAttemptAt ? { nextAttemptAt: ended.nextAttemptAt.toISOString() } : {}),
  }
}
