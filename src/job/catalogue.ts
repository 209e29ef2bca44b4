/** The tasks this process knows, by name. */
import { z } from 'zod'
import { JobError } from './errors.ts'
import { exampleOf } from './example.ts'
import type { Json } from './json.ts'
import { queueOf } from './lane.ts'
import { isName, NAMES } from './name.ts'
import { plain } from './plain-schema.ts'
import type { RetryPolicy } from './retry.ts'
import { strict } from './strict.ts'
import { didYouMean } from './suggest.ts'
import type { AnyTask } from './task.ts'
import { check } from './violations.ts'

export interface KnownTask extends Omit<AnyTask, 'example'> {
  readonly name: string
  /** Where it was read from; isolated attempts read it again. */
  readonly file?: string
  /** Where its jobs wait for a worker; see lane.ts. */
  readonly queue: string
  /** JSON Schema of what may be sent. */
  readonly inputSchema: JsonSchema
  /** JSON Schema of what comes back. */
  readonly outputSchema: JsonSchema
  readonly example?: Json
}

export type JsonSchema = Readonly<Record<string, unknown>>

export type Catalogue = ReadonlyMap<string, KnownTask>

/** @throws JobError task-not-found */
export function taskNamed(tasks: Catalogue, name: string): KnownTask {
  const task = tasks.get(name)
  if (!task) throw new JobError('task-not-found', unknownTask(tasks, name))
  return task
}

/** The retry policy of a job with this input, as the task's schema made it. */
export function retryFor(task: KnownTask, checkedInput: unknown): RetryPolicy {
  const own = task.retryOf?.(checkedInput)
  return own ? { ...task.retry, ...own } : task.retry
}

/** The same of an input as it was stored. */
export function storedRetryFor(task: KnownTask, input: unknown): RetryPolicy {
  if (!task.retryOf) return task.retry
  try {
    const checked = check(task.input, input)
    return checked.ok ? retryFor(task, checked.value) : task.retry
  } catch {
    // The author's own code, of a version that the input was not made for: a job must come to an end all the same.
    return task.retry
  }
}

export function unknownTask(tasks: Catalogue, name: string): string {
  return `There is no task of this name.${didYouMean(name, tasks.keys()) || ' GET /tasks lists those there are.'}`
}

/**
 * A task under its name, with all that is derived from it.
 * @throws Error saying what is wrong with it
 */
export function known(name: string, task: AnyTask): KnownTask {
  if (!isName(name)) throw new Error(`"${name}" cannot name a task: use ${NAMES}`)
  const input = strict(task.input)
  const inputSchema = jsonSchema(input, 'input')
  const outputSchema = jsonSchema(task.output, 'output')
  const example = workingExample(task, input, inputSchema)
  const { example: _, ...rest } = task
  const queue = queueOf({ ...rest, name })
  return {
    ...rest,
    name,
    queue,
    input,
    inputSchema,
    outputSchema,
    ...(example === undefined ? {} : { example }),
  }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  try {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, {
      io,
      override: (rendered) => plain(rendered.jsonSchema),
    })
    return rest
  } catch (error) {
    throw new Error(`${io} must be expressible as JSON Schema: ${(error as Error).message}`, { cause: error })
  }
}

/** The author's example, which must be valid; else one made from the schema, if that happens to be. */
function workingExample(task: AnyTask, input: z.ZodType, schema: JsonSchema): Json | undefined {
  if (task.example === undefined) return madeExample(input, schema)
  const example = task.example as Json
  const checked = check(input, example)
  if (checked.ok) return example
  const [first] = checked.violations
  throw new Error(`example is not a valid input: ${first?.pointer} ${first?.detail}`)
}

function madeExample(input: z.ZodType, schema: JsonSchema): Json | undefined {
  const example = exampleOf(schema)
  try {
    return check(input, example).ok ? example : undefined
  } catch (error) {
    if (error instanceof z.core.$ZodAsyncError) {
      throw new Error('input must be checkable at once: no async refinements or transforms', { cause: error })
    }
    // The author's own refinements and transforms need not cope with what was made up.
    return undefined
  }
}
