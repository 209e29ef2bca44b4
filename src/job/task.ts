/** A task: a kind of work, as its author writes it. */
import type { z } from 'zod'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { didYouMean } from './suggest.ts'

export interface TaskContext {
  /** Aborts when the job is canceled, the attempt times out, or the worker must stop. Pass it on to whatever waits. */
  readonly signal: AbortSignal
  /** Which try this is, from 1. */
  readonly attempt: number
  /** Hand this downstream as an idempotency key: every attempt at the job has the same one. */
  readonly jobId: string
  /** Says how far the work is, 0–100, and where, in a few words. Cheap: call it as often as you like. */
  readonly progress: (percent: number, note?: string) => void
  readonly log: TaskLog
}

/** Lines in the server's log, marked with the job and the attempt. */
export interface TaskLog {
  readonly info: (message: string, details?: object) => void
  readonly warn: (message: string, details?: object) => void
  readonly error: (message: string, details?: object) => void
}

export interface TaskDefinition<I extends z.ZodType, O extends z.ZodType> {
  /** One line for lists and docs. */
  readonly summary: string
  readonly description?: string
  /** Members it does not name are refused, unless the object is a z.looseObject. */
  readonly input: I
  readonly output: O
  /** An input that works, for the docs. Made from the schema where it is left out. */
  readonly example?: z.input<I>
  readonly retry?: Partial<RetryPolicy>
  /** An attempt that takes longer is ended and counts as failed. 15 minutes unless set. */
  readonly timeoutSeconds?: number
  /** How long a job usually takes; what the first clients are told to wait. 3 s unless set. */
  readonly typicalSeconds?: number
  /** How long a job is kept after its end, instead of what ACCEPTD_RETENTION_SECONDS says. */
  readonly retentionSeconds?: number
  /** True: a submission without an Idempotency-Key is refused. For work that must not be done twice. */
  readonly requiresIdempotencyKey?: boolean
  /** The task should not be used any more. It goes on working; clients are told by headers, and the docs strike it out. */
  readonly deprecated?: Deprecation
  // A method, not a property: its parameter is then checked bivariantly, so that every Task fits AnyTask.
  run(input: z.output<I>, context: TaskContext): z.input<O> | Promise<z.input<O>>
}

export interface Deprecation {
  /** Since when: a time with its zone (RFC 9745). */
  readonly since: string
  /** When it may stop working, not before `since` (RFC 8594). */
  readonly sunset?: string
  /** A page that says what to use instead. */
  readonly see?: string
}

export interface Task<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends TaskDefinition<I, O> {
  readonly [TASK]: true
  readonly retry: RetryPolicy
  readonly timeoutSeconds: number
  readonly typicalSeconds: number
}

export type AnyTask = Task

// A registered symbol: a tasks folder may have its own copy of this package, whose tasks are tasks all the same.
const TASK = Symbol.for('acceptd.task')

// A day: far beyond what anyone waits for a job, near enough that a forgotten zero is caught.
const MAX_TIMEOUT_SECONDS = 86_400
// Ten years: what is to be kept longer than that belongs elsewhere.
export const MAX_RETENTION_SECONDS = 10 * 366 * 86_400
// A year: what waits longer will find another world; and the database's calendar has an end.
const MAX_DELAY_SECONDS = 366 * 86_400

/**
 * Defines a task. The default export of a file in a tasks folder; the file's name is the task's name.
 * @throws TypeError where the definition makes no sense, with a sentence that says what is wrong.
 */
export function defineTask<I extends z.ZodType, O extends z.ZodType>(
  definition: TaskDefinition<I, O>,
): Task<I, O> {
  const { summary, input, output, timeoutSeconds = 900, typicalSeconds = 3 } = definition
  const retry = { ...DEFAULT_RETRY, ...definition.retry }
  refuseUnknown(definition, DEFINITION)
  if (definition.retry) refuseUnknown(definition.retry, Object.keys(DEFAULT_RETRY), 'retry.')
  must(typeof summary === 'string' && summary !== '', 'summary must say in one line what the task does')
  must(isSchema(input), 'input must be a zod schema')
  must(isSchema(output), 'output must be a zod schema')
  must(typeof definition.run === 'function', 'run must be a function')
  must(
    Number.isInteger(retry.limit) && retry.limit >= 0 && retry.limit <= 1000,
    'retry.limit must be 0 to 1000',
  )
  must(isNumber(retry.delaySeconds) && retry.delaySeconds >= 0, 'retry.delaySeconds must be 0 or more')
  must(
    isNumber(retry.maxDelaySeconds) && retry.maxDelaySeconds >= retry.delaySeconds,
    'retry.maxDelaySeconds must not be less than delaySeconds',
  )
  must(
    retry.maxDelaySeconds <= MAX_DELAY_SECONDS,
    `retry.maxDelaySeconds must be at most ${MAX_DELAY_SECONDS}`,
  )
  must(
    isNumber(timeoutSeconds) && timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS,
    `timeoutSeconds must be above 0 and at most ${MAX_TIMEOUT_SECONDS}`,
  )
  must(isNumber(typicalSeconds) && typicalSeconds > 0, 'typicalSeconds must be above 0')
  const { retentionSeconds, deprecated } = definition
  must(
    retentionSeconds === undefined ||
      (Number.isInteger(retentionSeconds) &&
        retentionSeconds >= 1 &&
        retentionSeconds <= MAX_RETENTION_SECONDS),
    `retentionSeconds must be a whole number from 1 to ${MAX_RETENTION_SECONDS}`,
  )
  if (deprecated) mustBeDeprecation(deprecated)
  // Named, because a spread leaves out what stands on a prototype, as in an instance of a class.
  const run = definition.run.bind(definition)
  return { ...definition, run, [TASK]: true, retry, timeoutSeconds, typicalSeconds }
}

function mustBeDeprecation(deprecated: Deprecation): void {
  refuseUnknown(deprecated, ['since', 'sunset', 'see'], 'deprecated.')
  const { since, sunset, see } = deprecated
  const isTime = (text: unknown) =>
    typeof text === 'string' && /Z|[+-]\d\d:\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
  must(isTime(since), 'deprecated.since must be a time with its zone, such as 2026-12-31T00:00:00Z')
  must(
    sunset === undefined || (isTime(sunset) && Date.parse(sunset) >= Date.parse(since)),
    'deprecated.sunset must be a time with its zone, and not before deprecated.since',
  )
  must(see === undefined || URL.canParse(see, 'http://here'), 'deprecated.see must be a URL')
}

export function isTask(value: unknown): value is AnyTask {
  return typeof value === 'object' && value !== null && TASK in value
}

// Not what only compares like one, as '5' does: a task may be written in JavaScript.
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value
}

const DEFINITION = [
  'summary',
  'description',
  'input',
  'output',
  'example',
  'retry',
  'timeoutSeconds',
  'typicalSeconds',
  'retentionSeconds',
  'requiresIdempotencyKey',
  'deprecated',
  'run',
] as const satisfies readonly (keyof TaskDefinition<z.ZodType, z.ZodType>)[]

/** Types are stripped and not checked when a task is loaded, and a misspelt member would mean "use the default". */
function refuseUnknown(given: object, known: readonly string[], where = ''): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`unknown member "${where}${unknown}".${didYouMean(unknown, known)}`)
}

function must(holds: boolean, sentence: string): void {
  if (!holds) throw new TypeError(sentence)
}
