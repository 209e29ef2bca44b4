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
  AcceptedTypes: text('What may be sent here', false),
  CacheControl: text('Whether this may be stored'),
  Challenge: text('How to say who is asking'),
  ContentDisposition: text('The name of a result that is a file', false),
  ContentEncoding: text('`gzip` where the client takes that and the content is large', false),
  ContentLocation: text('The job, which is what the body shows'),
  Deprecation: text('Since when the task should not be used any more: @ and seconds since 1970', false),
  EntityTag: text('Names exactly this state of it, for If-None-Match and If-Match; strong'),
  IdempotentReplayed: text('`true` where the key was used before: this is the job of then', false),
  Location: text('The job'),
  Monitor: text('The job, with rel="monitor"; of a deprecated task also rel="deprecation"'),
  Pages: text('This page, and where there are such the next and the one before: rel="self", "next", "prev"'),
  PreferenceApplied: text('Which of the preferences in Prefer were honoured', false),
  RequestId: text('The id of this request in the log'),
  Sunset: text('When it will be gone: for a job that is done, `expiresAt`', false),
  TaskLinks: text('Where to read what to use instead, with rel="deprecation"', false),
  Unbuffered: text('`no`: proxies must not keep events back'),
  Vary: text('The request headers that choose among answers'),
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
}
const whileOpen = { 'Retry-After': header('RetryAfterWhileOpen') }
const deprecated = { Deprecation: header('Deprecation'), Sunset: header('Sunset') }
const stored = {
  ...everywhere,
  ETag: header('EntityTag'),
  Vary: header('Vary'),
  Sunset: header('Sunset'),
}
const submitted = {
  ...accepted,
  ...deprecated,
  'Idempotent-Replayed': header('IdempotentReplayed'),
  'Preference-Applied': header('PreferenceApplied'),
}

export const headers = {
  everywhere,
  accepted: { ...accepted, ...whileOpen },
  submitted: { ...submitted, ...whileOpen },
  /** The job had ended when the client was answered. */
  ended: submitted,
  canceled: { ...everywhere, 'Content-Location': header('ContentLocation') },
  job: {
    ...stored,
    ...whileOpen,
    'Content-Encoding': header('ContentEncoding'),
    'Preference-Applied': header('PreferenceApplied'),
  },
  jobUnchanged: { ...stored, ...whileOpen, 'Preference-Applied': header('PreferenceApplied') },
  result: {
    ...stored,
    'Content-Encoding': header('ContentEncoding'),
    'Content-Disposition': header('ContentDisposition'),
  },
  resultUnchanged: stored,
  events: { ...everywhere, 'X-Accel-Buffering': header('Unbuffered') },
  list: { ...everywhere, Link: header('Pages') },
  task: { ...everywhere, ...deprecated, Link: header('TaskLinks') },
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

/** As problems, for what wants to know who is asking, negotiates its media type and needs the database. */
export function usualProblems(...codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  return problems(...codes, 'unauthorized', 'not-acceptable', 'temporary-reduced-capacity')
}

export function unchanged(headersOf: Headers): ZodOpenApiResponseObject {
  return { description: 'What If-None-Match names is still so', headers: { ...headersOf } }
}

const WITH_RETRY_AFTER: ReadonlySet<ProblemCode> = new Set([
  'idempotency-in-progress',
  'result-not-ready',
  'temporary-reduced-capacity',
])

/** Headers that only some problems have. */
const OF_ONE: Partial<Record<ProblemCode, Headers>> = {
  unauthorized: { 'WWW-Authenticate': header('Challenge') },
  'unsupported-media-type': { Accept: header('AcceptedTypes'), 'Accept-Encoding': header('AcceptedTypes') },
}

function problem(codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const description = codes.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}.`).join(' ')
  const retryAfter = retryAfterOf(codes)
  const own = codes.flatMap((code) => Object.entries(OF_ONE[code] ?? {}))
  const headersOf = {
    ...everywhere,
    ...(retryAfter ? { 'Retry-After': header(retryAfter) } : {}),
    ...Object.fromEntries(own),
  }
  return answer(description, problemSchema, headersOf, PROBLEM_MEDIA_TYPE)
}

function retryAfterOf(codes: readonly ProblemCode[]): HeaderName | undefined {
  if (codes.every((code) => WITH_RETRY_AFTER.has(code))) return 'RetryAfter'
  return codes.some((code) => WITH_RETRY_AFTER.has(code)) ? 'RetryAfterWhileOpen' : undefined
}
