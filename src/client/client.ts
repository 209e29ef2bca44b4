/** The client of an async job API: `import { client } from 'acceptd/client'`. No dependencies: fetch is all it needs. */
import { addressOf, baseOf } from './address.ts'
import { remove, runAgain } from './carefully.ts'
import type { Client, ClientOptions, JobReference } from './contract.ts'
import type { Attempt, Job, TaskDocument } from './documents.ts'
import { JobCanceledError, JobFailedError, withJob } from './errors.ts'
import { eventsOf } from './events.ts'
import { documentOf, exchange, type Line, type Wish } from './exchange.ts'
import { jobsIn } from './list.ts'
import { patienceFor, type CallOptions } from './patience.ts'
import { resultIn } from './result.ts'
import { submission } from './submission.ts'
import type { AnyTasks, Tasks } from './typing.ts'
import { waitForEnd } from './wait.ts'

export type { Attempt, Failure, Filters, Job, Links, ResultFile, Status, TaskDocument } from './documents.ts'
export {
  CallError,
  ConnectionError,
  DeadlineError,
  isProblem,
  JobCanceledError,
  JobFailedError,
  OperationFailedError,
  ProblemError,
  type ProblemCode,
  type Violation,
} from './errors.ts'
export type { Client, ClientOptions, JobReference, Submitted } from './contract.ts'
export { follow, type FollowOptions } from './follow.ts'
export type { CallOptions } from './patience.ts'
export type { SubmitOptions } from './submission.ts'
export type { AnyTasks, InputOf, OutputOf, Tasks } from './typing.ts'
export type { WaitOptions } from './wait.ts'

export function client<T extends Tasks<T> = AnyTasks>(options: ClientOptions = {}): Client<T> {
  const base = baseOf(options.url)
  const { apiKey, fetch: own } = options
  const key = apiKey === undefined ? undefined : { Authorization: `Bearer ${apiKey}` }
  const lineFor = (call: CallOptions = {}): Line => ({
    // Not the function itself: a browser's wants to be called on the window.
    fetch: own ?? ((url, init) => fetch(url, init)),
    headers: { Accept: 'application/json', ...options.headers, ...key },
    patience: patienceFor(call, options),
  })
  const at = (path: string) => base + path
  const self = (job: JobReference) => addressOf(base, job)
  const ask = <D>(line: Line, url: string, wish: Wish = {}) => exchange(line, url, wish, documentOf<D>)

  const resultOf = (line: Line, job: JobReference) =>
    exchange(line, `${self(job)}/result`, { headers: { Accept: '*/*' } }, resultIn)

  const calls: Client<AnyTasks> = {
    async submit(task, input, call = {}) {
      const wish = submission(task, input, call)
      return exchange(lineFor(call), at('jobs'), wish, async (response, body) => ({
        ...(await documentOf<Job>(response, body)),
        replayed: response.headers.get('idempotent-replayed') === 'true',
      }))
    },
    async run(task, input, call = {}) {
      const line = lineFor(call)
      // Where every change is of interest, the submission need not wait for the end.
      const isPatient = !call.events && !call.onChange
      const job = await ask<Job>(line, at('jobs'), { ...submission(task, input, call), isPatient })
      const ended = await waitForEnd(line, self(job), call, job)
      if (ended.status === 'failed') throw new JobFailedError(ended)
      if (ended.status === 'canceled') throw new JobCanceledError(ended)
      if ('result' in ended) return ended.result
      return resultOf(line, ended).catch((error: unknown) => {
        throw withJob(error, ended)
      })
    },
    get: async (job, call) => ask(lineFor(call), self(job)),
    wait: async (job, call = {}) => waitForEnd(lineFor(call), self(job), call) as never,
    result: async (job, call) => resultOf(lineFor(call), job) as never,
    cancel: async (job, call) => ask(lineFor(call), `${self(job)}/cancel`, { method: 'POST' }),
    retry: async (job, call) => runAgain(lineFor(call), self(job)) as never,
    delete: async (job, call) => remove(lineFor(call), self(job)),
    events: (job, call) => eventsOf(lineFor(call), self(job)) as never,
    list: (filters, call) => jobsIn(lineFor(call), at('jobs'), filters),
    attempts: async (job, call) =>
      (await ask<{ items: Attempt[] }>(lineFor(call), `${self(job)}/attempts`)).items,
    tasks: async (call) => (await ask<{ items: TaskDocument[] }>(lineFor(call), at('tasks'))).items,
  }
  return calls
}
