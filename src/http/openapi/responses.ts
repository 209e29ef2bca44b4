/** The parts operations are described with: headers, responses, problems. */
import type { z } from 'zod'
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import { PROBLEM_MEDIA_TYPE, problemSchema } from '../problem.ts'
import { PROBLEM_TYPES, type ProblemCode } from '../problem-types.ts'

const text = (description: string, required = true) => ({
  description,
  required,
  schema: { type: 'string' as const },
})
const seconds = (description: string, required: boolean) => ({
  description,
  required,
  schema: { type: 'integer' as const, minimum: 1 },
})

/** Every header there is, by the name it has in the document's components. */
export const headerComponents = {
  CacheControl: text('Whether this may be stored'),
  ContentLocation: text('The job, which is what the body shows'),
  IdempotentReplayed: text('`true` where the key was used before: this is the job of then', false),
  Location: text('The job'),
  Monitor: text('The job, with rel="monitor"'),
  NextPage: text('The next page, with rel="next"', false),
  RequestId: text('The id of this request in the log'),
  RetryAfter: seconds('Seconds to wait before asking again', true),
  RetryAfterWhileOpen: seconds('Seconds to wait before asking again; absent once the job is done', false),
}

type HeaderName = keyof typeof headerComponents
type Headers = Readonly<Record<string, { readonly $ref: `#/components/headers/${HeaderName}` }>>

const header = (name: HeaderName) => ({ $ref: `#/components/headers/${name}` }) as const

const everywhere = { 'X-Request-Id': header('RequestId'), 'Cache-Control': header('CacheControl') }

const accepted = {
  ...everywhere,
  Location: header('Location'),
  'Content-Location': header('ContentLocation'),
  Link: header('Monitor'),
  'Retry-After': header('RetryAfterWhileOpen'),
}

export const headers = {
  everywhere,
  accepted,
  submitted: { ...accepted, 'Idempotent-Replayed': header('IdempotentReplayed') },
  canceled: { ...everywhere, 'Content-Location': header('ContentLocation') },
  job: { ...everywhere, 'Retry-After': header('RetryAfterWhileOpen') },
  list: { ...everywhere, Link: header('NextPage') },
} satisfies Record<string, Headers>

export function answer(
  description: string,
  schema: z.ZodType,
  headersOf: Headers = everywhere,
  mediaType = 'application/json',
): ZodOpenApiResponseObject {
  return { description, headers: { ...headersOf }, content: { [mediaType]: { schema } } }
}

/** What any request may meet. */
const ANYWHERE: readonly ProblemCode[] = [
  'request-timeout',
  'request-header-fields-too-large',
  'internal-error',
]

/** The problems an operation may answer with, by status, besides those that any request may meet. */
export function problems(...codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy([...codes, ...ANYWHERE], (code) => PROBLEM_TYPES[code].status)
  const entries = [...byStatus].map(([status, same]) => [String(status), problem(same)] as const)
  return Object.fromEntries(entries)
}

/** As problems, for what negotiates its media type and needs the database. */
export function usualProblems(...codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  return problems(...codes, 'not-acceptable', 'temporary-reduced-capacity')
}

const WITH_RETRY_AFTER: ReadonlySet<ProblemCode> = new Set([
  'idempotency-in-progress',
  'result-not-ready',
  'temporary-reduced-capacity',
])

function problem(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const description = codes.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}.`).join(' ')
  const retryAfter = retryAfterOf(codes)
  const headersOf = retryAfter ? { ...everywhere, 'Retry-After': header(retryAfter) } : everywhere
  return answer(description, problemSchema, headersOf, PROBLEM_MEDIA_TYPE)
}

function retryAfterOf(codes: readonly ProblemCode[]): HeaderName | undefined {
  if (codes.every((code) => WITH_RETRY_AFTER.has(code))) return 'RetryAfter'
  return codes.some((code) => WITH_RETRY_AFTER.has(code)) ? 'RetryAfterWhileOpen' : undefined
}
