/** What receivers of callbacks are sent. */
import { z } from 'zod'
import type { ZodOpenApiCallbacksObject, ZodOpenApiPathItemObject } from 'zod-openapi'
import { EVENTS } from '../../job/callback.ts'
import { STATUSES } from '../../job/status.ts'
import { jobError, link, time } from '../representation.ts'

const messageSchema = z
  .object({
    type: z.enum(EVENTS),
    timestamp: time.meta({ description: 'When the job ended' }),
    data: z.object({
      id: z.uuid(),
      task: z.string(),
      status: z.enum(STATUSES),
      error: jobError.optional(),
      result: z
        .unknown()
        .meta({
          description: 'With `callbackPayload: full`, of a completed job, where it is JSON and not large',
        })
        .optional(),
      links: z.object({ self: link, result: link, attempts: link }),
    }),
  })
  .meta({ id: 'CallbackMessage', description: 'A job has ended' })

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
})

const jobEnded = {
  post: {
    summary: 'The job has ended',
    description:
      'Signed as Standard Webhooks has it. Any 2xx within 15 s takes it; after anything else it is sent again, ten times in three days. 410: nothing more is sent there.',
    parameters: [
      header('webhook-id', 'The message, the same at each attempt: for telling what was sent twice'),
      header('webhook-timestamp', 'When this was sent, in seconds since 1970'),
      header(
        'webhook-signature',
        '`v1,` and an HMAC-SHA256 in base64, one for each secret, with spaces between',
      ),
    ],
    requestBody: { required: true, content: { 'application/json': { schema: messageSchema } } },
    responses: {
      '2XX': { description: 'The message was taken' },
      410: { description: 'The receiver wants no more messages' },
    },
  },
} satisfies ZodOpenApiPathItemObject

/** @param url an expression for where it is sent (OpenAPI 3.1 §4.8.20) */
export function callbackAt(url: string): ZodOpenApiCallbacksObject {
  return { jobEnded: { [url]: jobEnded } }
}

/** What is sent to an address that no request names: that of the task, or of the operator. */
export const webhooks = {
  // Named here only: an id stands for one operation, and callbacks are of many.
  jobEnded: { post: { operationId: 'jobEnded', ...jobEnded.post } },
}
