/** When a failed call is tried again, as the input's schema has it. */
import { z } from 'zod'
import { CALL_FAILURE_CODES } from './failure-codes.ts'

export const CALL_RETRY = { limit: 5, delaySeconds: 5, maxDelaySeconds: 3600 } as const

const MAX_LIMIT = 100
// A week: whoever wants to wait longer than that submits the job later.
const MAX_DELAY_SECONDS = 7 * 86_400

const KEY = new RegExp(`^(?:[345]\\d\\d|[345]xx|${CALL_FAILURE_CODES.join('|')})$`)

const on = z
  .record(z.string(), z.boolean())
  .superRefine((given, ctx) => {
    const unknown = Object.keys(given).filter((name) => !KEY.test(name))
    const message = `Must be a status such as 404, a class such as 5xx, or one of ${CALL_FAILURE_CODES.join(', ')}`
    for (const name of unknown) ctx.addIssue({ code: 'custom', message, path: [name], input: given })
  })
  .meta({
    description: `Whether to try again, where that is to be other than usual: by status ("404"), by class ("5xx") or by failure code (${CALL_FAILURE_CODES.join(', ')}). What says more goes before what says less`,
  })

const delay = z.number().min(0).max(MAX_DELAY_SECONDS)

export const retry = z
  .object({
    limit: z
      .int()
      .min(0)
      .max(MAX_LIMIT)
      .default(CALL_RETRY.limit)
      .meta({ description: 'How many further attempts a failed call gets' }),
    delaySeconds: delay
      .default(CALL_RETRY.delaySeconds)
      .meta({ description: 'The wait after the first failure; it doubles with each one after' }),
    maxDelaySeconds: delay
      .default(CALL_RETRY.maxDelaySeconds)
      .meta({ description: 'No wait is longer, unless the callee asks for it with Retry-After' }),
    on: on.default({}),
  })
  .refine(({ delaySeconds, maxDelaySeconds }) => maxDelaySeconds >= delaySeconds, {
    path: ['maxDelaySeconds'],
    error: 'Must not be less than delaySeconds',
  })
  .meta({
    description:
      'What is usually tried again: the statuses 408, 425, 429 and most from 500 on, and calls that timed out or found no connection',
  })
