/** A submission: a validated wish for a job, not yet stored. */
import { z } from 'zod'
import { CALLBACK_TASK, callbackFrom, callbackOptions, type Callback } from './callback.ts'
import { retryFor, unknownTask, type Catalogue, type KnownTask } from './catalogue.ts'
import { JobError } from './errors.ts'
import { findFlaws, isObject, pointer, type Json, type Path } from './json.ts'
import { originOf } from './origin.ts'
import { findSecret } from './sealing.ts'
import type { RetryPolicy } from './retry.ts'
import { check, type Violation, type WrongParameter } from './violations.ts'

export interface Submission {
  readonly task: KnownTask
  readonly input: Json
  /** Not before this; as soon as possible where absent. */
  readonly runAt?: Date
  readonly priority: number
  readonly tags: readonly string[]
  /** Of this job. */
  readonly retry: RetryPolicy
  /** The origin of the URL that it calls. */
  readonly target?: string
  readonly callback?: Callback
}

/** What the operator has decided. */
export interface SubmissionRules {
  /** What is wrong with calling this URL, in a sentence; undefined where it may be called. */
  readonly urlFlaw: (url: string, options?: { readonly secure?: boolean }) => string | undefined
  /** Where to tell of the ends of this caller's jobs. */
  readonly callbackUrl?: string | undefined
  /** Whether there is a key to seal secrets with. */
  readonly canSeal: boolean
}

// A wish further off than a year is a mistyped date; by then the task will have changed anyway.
const MAX_AHEAD_MS = 366 * 24 * 3600 * 1000

// Nobody mends more at once, and a million of them (an array of the wrong type) would be an answer of 90 MB.
const MAX_LISTED = 100

/** What may be asked for besides the work itself. Priority: higher runs first. */
export const submissionOptions = {
  runAt: z.iso
    .datetime({
      offset: true,
      abort: true,
      error: 'Must be a time with its zone, such as 2026-12-31T09:00:00Z',
    })
    // Said this way round, what is no time at all passes: that it is none has been said already.
    .refine((time) => !(Date.parse(time) - Date.now() > MAX_AHEAD_MS), 'Must be less than a year from now')
    .meta({
      description:
        'Not before this time, with its zone, as in 2026-12-31T09:00:00Z (RFC 3339); less than a year away, and a time gone by means now',
    })
    .optional(),
  priority: z.int().min(-100).max(100).meta({ description: 'Higher runs first; 0 unless given' }).optional(),
  tags: z
    .array(z.string().min(1).max(64))
    .max(10)
    .meta({ description: 'Words of your own to mark the job with' })
    .optional(),
  ...callbackOptions,
}

const envelope = z.strictObject({ task: z.string(), input: z.unknown(), ...submissionOptions })

/**
 * Checks `sent`, an object with the members of `envelope`, against the task's schema.
 * @param inputAt where the input stands in what the client sent: `['input']`, or `[]` where the body is the input.
 * @throws JobError validation-error with every violation at once
 */
export function submissionFrom(
  tasks: Catalogue,
  sent: unknown,
  inputAt: Path,
  rules: SubmissionRules = LAX,
): Submission {
  const outer = check(envelope, sent)
  const { task: name, input } = isObject(sent) ? sent : {}
  const task = typeof name === 'string' ? tasks.get(name) : undefined
  const flaws = findFlaws(inputAt.length === 0 ? input : sent)
  const checked = task ? check(task.input, input, inputAt) : undefined

  const violations: (Violation | WrongParameter)[] = flaws.map(({ path, detail }) => ({
    detail,
    pointer: pointer(path),
  }))
  const add = (more: readonly Violation[]) => {
    // A flawed number is also of the wrong type; say what is wrong with it once.
    const told = new Set(violations.map((violation) => 'pointer' in violation && violation.pointer))
    // One by one: there may be more than a call takes arguments.
    for (const violation of more) if (!told.has(violation.pointer)) violations.push(violation)
  }
  if (!outer.ok) add(outer.violations)
  else if (outer.value.callbackUrl !== undefined) {
    const flaw = rules.urlFlaw(outer.value.callbackUrl, { secure: true })
    // Where the body is the input, the options are in the query.
    if (flaw !== undefined && inputAt.length === 0)
      violations.push({ detail: flaw, parameter: 'callbackUrl' })
    else if (flaw !== undefined) add([{ detail: flaw, pointer: '#/callbackUrl' }])
  }
  if (typeof name === 'string' && !task) add([{ detail: unknownTask(tasks, name), pointer: '#/task' }])
  if (checked && !checked.ok) add(checked.violations)
  else if (task) add(refusals(task, input, inputAt, rules))
  if (violations.length > 0 || !outer.ok || !task) {
    const listed = violations.slice(0, MAX_LISTED)
    throw new JobError('validation-error', summaryOf(violations), { errors: listed })
  }
  const { runAt, priority = 0, tags = [] } = outer.value
  // Who is told of what told others would never hear the end of it.
  const usual = task.name === CALLBACK_TASK ? undefined : (task.callbackUrl ?? rules.callbackUrl)
  const callback = callbackFrom(outer.value, usual)
  return {
    task,
    input: input as Json,
    priority,
    tags,
    retry: retryFor(task, checked?.ok ? checked.value : undefined),
    ...targetOf(task, input),
    ...(callback ? { callback } : {}),
    // All times gone by mean now, and Postgres knows no year 0.
    ...(runAt === undefined ? {} : { runAt: new Date(Math.max(0, Date.parse(runAt))) }),
  }
}

const LAX: SubmissionRules = { urlFlaw: () => undefined, canSeal: true }

/** Of an input that is valid, and yet cannot be taken here. */
function refusals(
  { target, targetIsSecure = false, sealsSecrets = false }: KnownTask,
  input: unknown,
  inputAt: Path,
  { urlFlaw, canSeal }: SubmissionRules,
): Violation[] {
  const violations: Violation[] = []
  const url = target === undefined ? undefined : memberOf(input, target)
  const flaw = typeof url === 'string' ? urlFlaw(url, { secure: targetIsSecure }) : undefined
  if (flaw !== undefined) violations.push({ detail: flaw, pointer: pointer([...inputAt, target ?? '']) })
  const secret = sealsSecrets && !canSeal ? findSecret(input, inputAt) : undefined
  if (secret) {
    const detail = 'Secrets cannot be kept here: the operator has set no ACCEPTD_SECRET_KEYS'
    violations.push({ detail, pointer: pointer(secret) })
  }
  return violations
}

function targetOf({ target }: KnownTask, input: unknown): Pick<Submission, 'target'> {
  const url = target === undefined ? undefined : memberOf(input, target)
  const origin = typeof url === 'string' ? originOf(url) : undefined
  return origin === undefined ? {} : { target: origin }
}

function memberOf(input: unknown, name: string): unknown {
  return isObject(input) ? input[name] : undefined
}

/** Of many clients and logs this is all that anybody sees: it says more than that something is wrong. */
function summaryOf(violations: readonly (Violation | WrongParameter)[]): string {
  const [first, ...others] = violations.map((one) => {
    return `${'pointer' in one ? one.pointer : one.parameter}: ${one.detail}`
  })
  if (first === undefined) return 'The request is not valid'
  return others.length === 0 ? first : `${violations.length} things are not valid, such as ${first}`
}
