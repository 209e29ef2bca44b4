/** Defining a task: what an author's file exports. */
import type { z } from 'zod'
import { DEFAULT_LANE } from './lane.ts'
import { DEFAULT_RETRY } from './retry.ts'
import { checkDefinition } from './task-rules.ts'
import { TASK, type Task, type TaskDefinition } from './task.ts'

// A quarter of an hour: long for work that somebody waits for, short enough that what hangs is noticed.
const DEFAULT_TIMEOUT_SECONDS = 900
const DEFAULT_TYPICAL_SECONDS = 3
// Room for tens of megabytes of input; ten of these together fit a small machine.
const DEFAULT_MEMORY_MB = 256

/**
 * Defines a task. The default export of a file in a tasks folder; the file's name is the task's name.
 * @throws TypeError where the definition makes no sense, with a sentence that says what is wrong.
 */
export function defineTask<I extends z.ZodType, O extends z.ZodType>(
  definition: TaskDefinition<I, O>,
): Task<I, O> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, typicalSeconds = DEFAULT_TYPICAL_SECONDS } = definition
  const { lane = DEFAULT_LANE, isolate = false, memoryMb = DEFAULT_MEMORY_MB } = definition
  const retry = { ...DEFAULT_RETRY, ...definition.retry }
  checkDefinition(definition, { lane, retry, timeoutSeconds, typicalSeconds })
  // Named, because a spread leaves out what stands on a prototype, as in an instance of a class.
  const run = definition.run.bind(definition)
  const retryOf = definition.retryOf?.bind(definition)
  const policy = { lane, retry, timeoutSeconds, typicalSeconds, isolate, memoryMb }
  return { ...definition, ...policy, run, ...(retryOf ? { retryOf } : {}), [TASK]: true }
}
