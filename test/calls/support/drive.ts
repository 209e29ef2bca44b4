/** Runs the task as a worker does: input checked, called again after each pause, what it shows kept. */
import type { z } from 'acceptd'
import { known } from '../../../src/job/catalogue.ts'
import type { Json } from '../../../src/job/json.ts'
import { jsonText } from '../../../src/job/plain-json.ts'
import type { TaskContext } from '../../../src/job/task.ts'
import { check } from '../../../src/job/violations.ts'
import { httpTask } from '../../../src/calls/http-task.ts'
import type { input } from '../../../src/calls/input.ts'
import type { CallResult } from '../../../src/calls/result.ts'
import type { Caller } from '../../../src/outbound/caller.ts'
import { loopbackCaller } from './loopback.ts'

export const JOB = '019a0000-0000-7000-8000-000000000000'
export const TRACE = '0af7651916cd43dd8448eb211c80319c'

export type GivenInput = z.input<typeof input>

export interface Shown {
  readonly at: string
  readonly request: { method: string; url: string; headers: Record<string, string>; body?: string }
  readonly response?: { status: number; headers: Record<string, string>; body: string }
  readonly error?: { code: string; detail: string }
  readonly timings?: Record<string, number>
  readonly redirects?: readonly { url: string; status: number; location: string }[]
  readonly leftOut?: number
}

export interface Pause {
  readonly seconds: number
  readonly state: Json
}

export interface Segment {
  readonly result?: CallResult
  readonly error?: Error & { code?: string; retryable?: boolean; retryAfterSeconds?: number }
  readonly pause?: Pause
  readonly transcript: readonly Shown[]
}

export interface Options {
  readonly caller?: Caller
  readonly secrets?: readonly string[]
  readonly hiddenNames?: readonly string[]
  readonly context?: Partial<TaskContext>
}

export function taskWith({ caller = loopbackCaller, secrets = [], hiddenNames = [] }: Options = {}) {
  return known('http', httpTask({ caller, secretsOf: () => secrets, hiddenNames }))
}

export function violationsOf(given: unknown): Record<string, string> {
  const checked = check(taskWith().input, given)
  if (checked.ok) return {}
  return Object.fromEntries(checked.violations.map(({ pointer, detail }) => [pointer, detail]))
}

/** One call of run. */
export async function segment(given: GivenInput, options: Options = {}): Promise<Segment> {
  const task = taskWith(options)
  const checked = check(task.input, given)
  if (!checked.ok) throw new Error(`Not a valid input: ${JSON.stringify(checked.violations)}`)
  let transcript: readonly Shown[] = []
  const context: TaskContext = {
    signal: new AbortController().signal,
    attempt: 1,
    jobId: JOB,
    progress() {},
    log: { info() {}, warn() {}, error() {} },
    principal: 'alice',
    traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
    state: undefined,
    transcript: (what) => {
      transcript = JSON.parse(jsonText(what, 100_000)) as readonly Shown[]
    },
    canceled: () => false,
    ...options.context,
  }
  try {
    const result = (await task.run(checked.value, context)) as CallResult
    return { result: JSON.parse(jsonText(task.output.parse(result), 1e8)) as CallResult, transcript }
  } catch (error) {
    if (isPause(error)) {
      const state = JSON.parse(jsonText(error.state, 200_000)) as Json
      return {
        pause: { seconds: error.seconds, state },
        transcript,
      }
    }
    return { error: error as Error, transcript }
  }
}

/** On and on, until there is an end; what came between are the pauses. */
export async function drive(
  given: GivenInput,
  options: Options = {},
): Promise<Segment & { readonly pauses: readonly Pause[] }> {
  const pauses: Pause[] = []
  let seen = await segment(given, options)
  while (seen.pause && pauses.length < 100) {
    pauses.push(seen.pause)
    seen = await segment(given, { ...options, context: { ...options.context, state: seen.pause.state } })
  }
  return { ...seen, pauses }
}

function isPause(error: unknown): error is Error & Pause {
  return error instanceof Error && 'seconds' in error && 'state' in error
}
