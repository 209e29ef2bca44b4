/** The request headers that operations take, and what is said of each. */
import type { ZodOpenApiParameterObject } from 'zod-openapi'
import { MAX_WAIT_SECONDS } from '../prefer.ts'

export function idempotencyKeyParameter(required = false): ZodOpenApiParameterObject {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required,
    description:
      'Names this submission, so that sending it again cannot do the work twice: 1 to 255 characters, quoted (a structured ' +
      'string) or bare. Yours alone, and good for as long as the job is kept. The same key with the same meaning answers ' +
      'the same job with `Idempotent-Replayed: true`; with another meaning it is refused (422 `idempotency-key-reused`), ' +
      'and malformed too (400 `idempotency-key-invalid`). A refused request binds no key.',
    schema: { type: 'string', minLength: 1 },
    // No example: Swagger UI would send it with every try, and each would be a replay of the first.
  }
}

export const ifNoneMatch = header(
  'If-None-Match',
  'The ETag you have, or several, or `*`: 304 if it is still so',
)
export const ifMatch = header(
  'If-Match',
  'The ETag that the job must still have, or `*`: 412 if it has changed',
)
export const lastEventId = header(
  'Last-Event-ID',
  'The id of the last event you saw: what came after it is sent',
)
export const preferOnSubmit = header(
  'Prefer',
  `\`wait=n\`: answer with 200 and the finished job if it ends within n seconds (at most ${MAX_WAIT_SECONDS}), else with the usual 202. ` +
    '`return=minimal`: only `id`, `status` and `links`. `respond-async`: what is done anyway.',
)
export const preferOnPoll = header(
  'Prefer',
  `\`wait=n\`: wait up to n seconds (at most ${MAX_WAIT_SECONDS}) for the end of the job or, with If-None-Match, for any change.`,
)

function header(name: string, description: string): ZodOpenApiParameterObject {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}
