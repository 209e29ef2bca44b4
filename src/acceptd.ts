/**
 * What a task file imports, `import { defineTask, z } from 'acceptd'`, and what a program does that acceptd is to be part
 * of. A task file is read in the process of each isolated attempt too, so what serves and works is loaded when it is asked for.
 */
import type { Acceptd, AcceptdOptions, BuiltIn, Tasks } from './embedding.ts'

export type { Acceptd, AcceptdOptions, Settings, SubmitOptions, SubmittedJob, Tasks } from './embedding.ts'
export type { JobDocument } from './http/representation.ts'
export { JobError, type ErrorCode } from './job/errors.ts'
export { TaskError, type TaskErrorOptions } from './job/failure.ts'
export { fileResult, type FileResult } from './job/file-result.ts'
export { pause, type Pause, type PauseOptions } from './job/pause.ts'
export type { RetryPolicy } from './job/retry.ts'
export { defineTask } from './job/define-task.ts'
export type { Deprecation, Task, TaskContext, TaskDefinition, TaskLog } from './job/task.ts'
export { z } from 'zod'

/**
 * Starts acceptd within this program: a router to mount in an Express app, `submit` for its own code, and workers. It
 * listens on no port, and handles no signal or stray error of the process.
 * @throws ConfigError, TaskFileError whose message says what to do
 */
export function createAcceptd<const T extends Tasks = BuiltIn>(
  options: AcceptdOptions<T> & { readonly taskFolders?: undefined; readonly shippedTasks?: false },
): Promise<Acceptd<T>>
/** Names of tasks that stand in folders are not known to the compiler, nor their inputs. */
export function createAcceptd<const T extends Tasks = BuiltIn>(
  options: AcceptdOptions<T>,
): Promise<Acceptd<T, string>>
export async function createAcceptd(options: AcceptdOptions): Promise<Acceptd<Tasks, string>> {
  const { embed } = await import('./embed.ts')
  return embed(options)
}
