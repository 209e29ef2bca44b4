/** The tasks that call others: they need what an operator has set, and so they are no files of the tasks folder. */
import { httpTask, type HttpTaskDeps } from './calls/http-task.ts'
import { webhookTask, type WebhookDeps } from './calls/webhook-task.ts'
import { CALLBACK_LANE, CALLBACK_TASK } from './job/callback.ts'
import { known, type Catalogue } from './job/catalogue.ts'
import { TaskFileError } from './load-tasks.ts'

// They wait for others most of the time. With an origin's share a tenth of that, a host that does not answer leaves the
// others nine.
const CALL_LANES: Readonly<Record<string, number>> = { http: 100, [CALLBACK_LANE]: 100 }

/** How many jobs of a lane at once, where the operator has not said. */
export function slotsOfLane(lane: string, concurrency: number): number {
  return CALL_LANES[lane] ?? concurrency
}

/** @throws TaskFileError where a task of the folders has a name of theirs */
export function withCallTasks(tasks: Catalogue, http: HttpTaskDeps, webhook: WebhookDeps): Catalogue {
  const own = [known('http', httpTask(http)), known(CALLBACK_TASK, webhookTask(webhook))]
  for (const { name } of own) {
    const theirs = tasks.get(name)
    if (theirs) throw new TaskFileError(`${theirs.file ?? 'tasks'}: the task "${name}" comes with acceptd`)
  }
  return new Map([...tasks, ...own.map((task) => [task.name, task] as const)])
}

/** Where no task is run: for documents. */
export function withDocumentedCallTasks(tasks: Catalogue): Catalogue {
  const nobody = () => Promise.reject(new Error('Nobody is called from here'))
  const caller = { checkUrl: (text: string) => new URL(text), call: nobody, close: async () => undefined }
  const deps = { caller, secretsOf: () => [] }
  const off = { has: nobody, add: nobody, remove: nobody }
  return withCallTasks(tasks, deps, { caller, secretsOf: nobody, messageOf: nobody, off, source: '' })
}
