/** What a task file imports: `import { defineTask, z } from 'acceptd'`. */
export { TaskError, type TaskErrorOptions } from './job/failure.ts'
export { fileResult, type FileResult } from './job/file-result.ts'
export { pause, type Pause, type PauseOptions } from './job/pause.ts'
export type { RetryPolicy } from './job/retry.ts'
export { defineTask } from './job/define-task.ts'
export type { Deprecation, Task, TaskContext, TaskDefinition, TaskLog } from './job/task.ts'
export { z } from 'zod'
