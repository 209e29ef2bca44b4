/** acceptd within a program of somebody else: all parts, a router in place of a port, and the way in for its own code. */
import { assemble } from './assemble.ts'
import { once } from './closers.ts'
import { findOwnJob } from './commands/own-job.ts'
import { submissionDesk } from './embed-submit.ts'
import { catalogueOf, configOf } from './embed-options.ts'
import type { Acceptd, AcceptdOptions, Tasks } from './embedding.ts'
import { mountable } from './http/mounting.ts'
import { jobDocument } from './http/representation.ts'
import { createLog } from './log.ts'

/**
 * @throws ConfigError, TaskFileError with a sentence that says what to do
 * @throws Error where the database cannot be had
 */
export async function embed(options: AcceptdOptions): Promise<Acceptd<Tasks, string>> {
  const config = configOf(options)
  const tasks = await catalogueOf(options, config)
  const { log = createLog(config.logLevel, process.stdout.isTTY && !config.production), principalOf } =
    options
  const isNamed = principalOf !== undefined || config.apiKeys.size > 0
  if (!isNamed && config.production) {
    log.warn(
      'Neither principalOf nor ACCEPTD_API_KEYS is set: anybody who can reach the router can submit, read and cancel jobs',
    )
  }
  const parts = await assemble(config, tasks, log, { nameOf: principalOf })
  const { api, database } = parts
  try {
    if (!api) throw new Error('There is no API in a worker')
    const { router, answered } = mountable(api.app, api.place)
    parts.onClose(() => {
      api.turnAway()
      return answered()
    })
    await parts.start()
    const { principalFor, submit } = submissionDesk(api.desk, isNamed)
    return {
      router,
      databaseUrl: database.url,
      async submit(task, input, how = {}) {
        const { job, replayed } = await submit(task, input, how)
        return { job: jobDocument(job, api.place.usual()), replayed }
      },
      async get(id, { principal } = {}) {
        const job = await findOwnJob(api.desk.deps, { id, principal: principalFor(principal) })
        return jobDocument(job, api.place.usual())
      },
      blame: parts.blame,
      drain: parts.drain,
      close: once(parts.close),
    }
  } catch (error) {
    await parts.close()
    throw error
  }
}
