/** What a definition of a task must be. Types are stripped and not checked when a task is loaded, so this is said here. */
import type { z } from 'zod'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { isName, NAMES } from './name.ts'
import { didYouMean } from './suggest.ts'
import type { Deprecation, TaskDefinition } from './task.ts'

// A day: far beyond what anyone waits for a job, near enough that a forgotten zero is caught.
const MAX_TIMEOUT_SECONDS = 86_400
// Ten years: what is to be kept longer than that belongs elsewhere.
export const MAX_RETENTION_SECONDS = 10 * 366 * 86_400
// A process that ran more would only switch between them.
export const MAX_CONCURRENCY = 1000

// Less, and Node does not get as far as the task; more, and it is a machine's worth.
const LEAST_MEMORY_MB = 32
const MOST_MEMORY_MB = 65_536

// A year: what waits longer will find another world; and the database's calendar has an end.
const MAX_DELAY_SECONDS = 366 * 86_400

type Definition = TaskDefinition<z.ZodType, z.ZodType>

/** With what the definition left out. */
interface Policy {
  readonly lane: string
  readonly retry: RetryPolicy
  readonly timeoutSeconds: number
  readonly typicalSeconds: number
}

/** @throws TypeError with a sentence that says what is wrong */
export function checkDefinition(
  definition: Definition,
  { lane, retry, timeoutSeconds, typicalSeconds }: Policy,
): void {
  const { summary, input, output, concurrency, retentionSeconds, requiresIdempotencyKey, deprecated } =
    definition
  const { isolate, memoryMb } = definition
  refuseUnknown(definition, MEMBERS)
  if (definition.retry) refuseUnknown(definition.retry, Object.keys(DEFAULT_RETRY), 'retry.')
  must(typeof summary === 'string' && summary !== '', 'summary must say in one line what the task does')
  must(isSchema(input), 'input must be a zod schema')
  must(isSchema(output), 'output must be a zod schema')
  must(typeof definition.run === 'function', 'run must be a function')
  checkRetry(retry)
  must(isName(lane), `lane must be ${NAMES}`)
  must(
    concurrency === undefined || isWhole(concurrency, 1, MAX_CONCURRENCY),
    `concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}`,
  )
  must(
    isNumber(timeoutSeconds) && timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS,
    `timeoutSeconds must be above 0 and at most ${MAX_TIMEOUT_SECONDS}`,
  )
  must(isNumber(typicalSeconds) && typicalSeconds > 0, 'typicalSeconds must be above 0')
  must(
    retentionSeconds === undefined || isWhole(retentionSeconds, 1, MAX_RETENTION_SECONDS),
    `retentionSeconds must be a whole number from 1 to ${MAX_RETENTION_SECONDS}`,
  )
  must(
    requiresIdempotencyKey === undefined || typeof requiresIdempotencyKey === 'boolean',
    'requiresIdempotencyKey must be true or false',
  )
  must(isolate === undefined || typeof isolate === 'boolean', 'isolate must be true or false')
  must(
    memoryMb === undefined || isWhole(memoryMb, LEAST_MEMORY_MB, MOST_MEMORY_MB),
    `memoryMb must be a whole number from ${LEAST_MEMORY_MB} to ${MOST_MEMORY_MB}`,
  )
  must(memoryMb === undefined || isolate === true, 'memoryMb is for tasks with isolate: true')
  const { target, targetIsSecure, callbackUrl, sealsSecrets } = definition
  must(
    targetIsSecure === undefined || typeof targetIsSecure === 'boolean',
    'targetIsSecure must be true or false',
  )
  must(
    callbackUrl === undefined || (typeof callbackUrl === 'string' && /^https?:\/\//.test(callbackUrl)),
    'callbackUrl must be an http or https URL',
  )
  must(target === undefined || typeof target === 'string', 'target must name a member of the input')
  must(sealsSecrets === undefined || typeof sealsSecrets === 'boolean', 'sealsSecrets must be true or false')
  must(
    definition.retryOf === undefined || typeof definition.retryOf === 'function',
    'retryOf must be a function',
  )
  if (deprecated) checkDeprecation(deprecated)
}

export function checkRetry({ limit, delaySeconds, maxDelaySeconds }: RetryPolicy): void {
  must(isWhole(limit, 0, 1000), 'retry.limit must be 0 to 1000')
  must(isNumber(delaySeconds) && delaySeconds >= 0, 'retry.delaySeconds must be 0 or more')
  must(
    isNumber(maxDelaySeconds) && maxDelaySeconds >= delaySeconds,
    'retry.maxDelaySeconds must not be less than delaySeconds',
  )
  must(maxDelaySeconds <= MAX_DELAY_SECONDS, `retry.maxDelaySeconds must be at most ${MAX_DELAY_SECONDS}`)
}

function checkDeprecation(deprecated: Deprecation): void {
  refuseUnknown(deprecated, ['since', 'sunset', 'see'], 'deprecated.')
  const { since, sunset, see } = deprecated
  must(isTime(since), 'deprecated.since must be a time with its zone, such as 2026-12-31T00:00:00Z')
  must(
    sunset === undefined || (isTime(sunset) && Date.parse(sunset) >= Date.parse(since)),
    'deprecated.sunset must be a time with its zone, and not before deprecated.since',
  )
  // It stands in a header, between < and >.
  const isReference = typeof see === 'string' && /^[!-;=?-~]+$/.test(see) && URL.canParse(see, 'http://here')
  must(see === undefined || isReference, 'deprecated.see must be a URL')
}

const MEMBERS = [
  'summary',
  'description',
  'input',
  'output',
  'example',
  'lane',
  'concurrency',
  'retry',
  'timeoutSeconds',
  'typicalSeconds',
  'retentionSeconds',
  'requiresIdempotencyKey',
  'isolate',
  'memoryMb',
  'deprecated',
  'target',
  'targetIsSecure',
  'callbackUrl',
  'sealsSecrets',
  'retryOf',
  'run',
] as const satisfies readonly (keyof Definition)[]

/** A misspelt member would mean "use the default". */
function refuseUnknown(given: object, known: readonly string[], where = ''): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`unknown member "${where}${unknown}".${didYouMean(unknown, known)}`)
}

function isTime(text: unknown): boolean {
  return typeof text === 'string' && /(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}

// Not what only compares like one, as '5' does: a task may be written in JavaScript.
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value
}

function must(holds: boolean, sentence: string): void {
  if (!holds) throw new TypeError(sentence)
}
