/** What a task file imports: `import { defineTask, z } from 'acceptd'`. */
export { TaskError, type TaskErrorOptions } from './job/failure.ts'
export { fileResult, type FileResult } from './job/file-result.ts'
export type { RetryPolicy } from './job/retry.ts'
export {
  defineTask,
  type Deprecation,
  type Task,
  type TaskContext,
  type TaskDefinition,
  type TaskLog,
} from './job/task.ts'
export { z } from 'zod'
