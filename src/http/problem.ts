/** Errors as problem documents (RFC 9457): the one place where an error becomes an answer. */
import type { ErrorRequestHandler, Response } from 'express'
import { z } from 'zod'
import { JobError } from '../job/errors.ts'
import { spread } from '../job/spread.ts'
import { isLockTimeout, isOutage, Silence } from '../store/outage.ts'
import { HttpError } from './http-error.ts'
import { urlsOf } from './place.ts'
import { PROBLEM_TYPES, type ProblemCode } from './problem-types.ts'
import { sendJson } from './send.ts'
import { logOf } from './request-log.ts'

const violation = z.object({
  detail: z.string(),
  pointer: z
    .string()
    .meta({ description: 'Where, in the body: a JSON Pointer (RFC 6901) as a URI fragment' })
    .optional(),
  parameter: z.string().meta({ description: 'Which query parameter' }).optional(),
})

const EXAMPLE = {
  type: '/problems/validation-error',
  title: 'The request is not valid',
  status: 422,
  detail: '#/txt: Unknown member "txt". Did you mean "text"?',
  instance: 'urn:uuid:4c786edd-d36f-405c-84b2-063bd4bc6dea',
  code: 'validation-error',
  retryable: false,
  errors: [{ detail: 'Unknown member "txt". Did you mean "text"?', pointer: '#/txt' }],
}

export const problemSchema = z
  .object({
    type: z.string().meta({ format: 'uri-reference', description: 'Names the kind of problem' }),
    title: z.string().meta({ description: 'The same for every problem of the type' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong with this request' }),
    instance: z
      .string()
      .meta({ format: 'uri', description: 'This occurrence: the id of the request, as in the log' }),
    code: z.enum(Object.keys(PROBLEM_TYPES) as [ProblemCode, ...ProblemCode[]]),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later' }),
    errors: z.array(violation).meta({ description: 'Everything that is not valid' }).optional(),
    job: z.string().meta({ format: 'uri-reference', description: 'The job this is about' }).optional(),
    cancel: z
      .string()
      .meta({ format: 'uri-reference', description: 'Where to POST to cancel it, where that would help' })
      .optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)', example: EXAMPLE })

export type Problem = z.infer<typeof problemSchema>

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

// What a handler may have set before it failed, and what would be untrue of the problem.
const OF_THE_ANSWER_THERE_IS_NOT = [
  'ETag',
  'Content-Encoding',
  'Content-Disposition',
  'Content-Location',
  'Location',
  'Sunset',
  'Preference-Applied',
  'Retry-After',
]

// Soon: an outage of the database or a full pool is mostly over in a moment.
const OUTAGE_RETRY_SECONDS = 2

interface Answer {
  readonly code: ProblemCode
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
  readonly errors?: Problem['errors']
  readonly jobId?: string | undefined
  readonly canCancel?: boolean
}

export const problemHandler: ErrorRequestHandler = (error: unknown, req, res, _next) => {
  const { code, detail, headers = {}, errors, jobId, canCancel = false } = answerTo(error)
  const { status, title, retryable } = PROBLEM_TYPES[code]
  if (code === 'internal-error') logOf(res).error({ err: error }, 'unexpected error')
  else if (error instanceof Error && error.cause) logOf(res).warn({ err: error.cause, code }, 'refused')
  // Express comes here a moment after the limit has passed (in-time.ts), and in that moment it may have been answered.
  if (res.headersSent) {
    // Half an answer cannot be taken back. Not by next(): an app that we are mounted in would have to deal with it.
    if (!(error instanceof Silence)) req.socket.destroy()
    return
  }
  const urls = urlsOf(res)
  for (const name of OF_THE_ANSWER_THERE_IS_NOT) res.removeHeader(name)
  res.set({ 'Cache-Control': 'no-store', ...headers })
  const body: Problem = {
    type: urls.problem(code),
    title,
    status,
    detail,
    instance: instanceOf(res),
    code,
    retryable,
    ...(errors ? { errors } : {}),
    ...(jobId === undefined ? {} : { job: urls.job(jobId) }),
    ...(jobId === undefined || !canCancel ? {} : { cancel: urls.cancel(jobId) }),
  }
  sendJson(res, status, body, PROBLEM_MEDIA_TYPE)
}

function answerTo(error: unknown): Answer {
  if (error instanceof JobError) {
    const seconds = error.retryAfterSeconds ?? (PROBLEM_TYPES[error.code].retryable ? 1 : undefined)
    return {
      code: error.code,
      detail: error.message,
      jobId: error.jobId,
      canCancel: error.canCancel,
      ...(error.errors ? { errors: [...error.errors] } : {}),
      ...(seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } }),
    }
  }
  if (error instanceof HttpError) {
    const { code, message: detail, headers, parameters } = error
    return { code, detail, headers, ...(parameters ? { errors: [...parameters] } : {}) }
  }
  if (isOutage(error) || isLockTimeout(error)) {
    return {
      code: 'temporary-reduced-capacity',
      detail:
        'The database does not answer just now; send the same request again, with the same Idempotency-Key',
      headers: { 'Retry-After': String(spread(OUTAGE_RETRY_SECONDS)) },
    }
  }
  return (
    fromExpress(error) ?? {
      code: 'internal-error',
      detail: 'The request may be sent again; the log has the details',
    }
  )
}

/** What Express and its body parser throw; they carry a status and, the parser's, a `type`. */
function fromExpress(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined
  const type = 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') {
    const limit = 'limit' in error ? ` (${String(error.limit)} bytes)` : ''
    return { code: 'content-too-large', detail: `The body is larger than is taken here${limit}` }
  }
  if (error instanceof URIError)
    return { code: 'invalid-parameter', detail: 'The path is not valid percent-encoding' }
  if (error.status === 400) return { code: 'malformed-body', detail: 'The body could not be read' }
  return undefined
}

function instanceOf(res: Response): string {
  return `urn:uuid:${String(res.getHeader('X-Request-Id'))}`
}
