/** The options of an app that embeds acceptd, as config and tasks; or what is wrong with them, in a sentence. */
import path from 'node:path'
import { ConfigError, configFrom, hostEnvironment, type Config } from './config.ts'
import type { AcceptdOptions } from './embedding.ts'
import { known, type Catalogue, type KnownTask } from './job/catalogue.ts'
import { didYouMean } from './job/suggest.ts'
import { isTask } from './job/task.ts'
import { loadTasks, SHIPPED_TASKS } from './load-tasks.ts'
import { schema } from './settings.ts'
import { parserFlaw } from './store/parsers.ts'

// Of a server and a process of our own; here both are somebody else's.
const OF_SERVING = ['PORT', 'HOST', 'ACCEPTD_MAX_CONNECTIONS', 'ACCEPTD_MAX_STALL_SECONDS']
// Of the environment: the app has a log of its own, whose levels may have other names.
const OF_THE_APP = new Set([...OF_SERVING, 'LOG_LEVEL'])

const OPTIONS = [
  'tasks',
  'taskFolders',
  'shippedTasks',
  'databaseUrl',
  'dataDir',
  'publicUrl',
  'role',
  'log',
  'principalOf',
  'settings',
] as const satisfies readonly (keyof AcceptdOptions)[]

/** @throws ConfigError */
export function configOf(options: AcceptdOptions): Config {
  expectKnown(options)
  const flaw = parserFlaw()
  if (flaw !== undefined) throw new ConfigError(flaw)
  const { databaseUrl, dataDir, publicUrl, role, settings = {}, taskFolders = [] } = options
  const environment = Object.entries(hostEnvironment()).filter(([name]) => !OF_THE_APP.has(name))
  const config = configFrom({
    // Those who wait are fewer than all connections; how many these may be, the app's server says.
    ACCEPTD_MAX_CONNECTIONS: '200000',
    LOG_LEVEL: 'warn',
    ...Object.fromEntries(environment),
    ...given({ ...settings }),
    ...given({
      DATABASE_URL: databaseUrl,
      ACCEPTD_DATA_DIR: dataDir,
      ACCEPTD_PUBLIC_URL: publicUrl,
      ACCEPTD_ROLE: role,
    }),
  })
  const folders = [...config.taskFolders, ...taskFolders.map((folder) => path.resolve(folder))]
  // What is mounted is up to the app; a worker that nobody asks anything is `all` as well.
  return { ...config, taskFolders: folders, role: config.role === 'api' ? 'api' : 'all' }
}

/**
 * @throws ConfigError
 * @throws TaskFileError where a file of a folder cannot be used
 */
export async function catalogueOf(options: AcceptdOptions, { taskFolders }: Config): Promise<Catalogue> {
  const loaded = await loadTasks([...(options.shippedTasks ? [SHIPPED_TASKS] : []), ...taskFolders])
  const tasks = Object.entries(options.tasks ?? {}).map(([name, task]) => knownTask(name, task))
  for (const { name } of tasks) {
    const file = loaded.get(name)?.file
    if (file !== undefined) throw new ConfigError(`tasks: there is a task "${name}" already, in ${file}`)
  }
  return new Map([...loaded, ...tasks.map((task) => [task.name, task] as const)])
}

function knownTask(name: string, task: unknown): KnownTask {
  if (!isTask(task)) {
    throw new ConfigError(`tasks: "${name}" is not a task; make it with defineTask({ … })`)
  }
  if (task.isolate) {
    const why = 'its attempts run in processes of their own, which read it from a file'
    throw new ConfigError(
      `tasks: "${name}" has isolate: true, and ${why}; put it into a folder, and name that in taskFolders`,
    )
  }
  try {
    return known(name, task)
  } catch (error) {
    throw new ConfigError(`tasks: "${name}": ${(error as Error).message}`, { cause: error })
  }
}

/** A misspelt option must not mean that the default is wanted. */
function expectKnown(options: AcceptdOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.some((option) => option === name))
  if (unknown !== undefined) {
    throw new ConfigError(`${unknown} is not an option of createAcceptd.${didYouMean(unknown, OPTIONS)}`)
  }
  for (const name of Object.keys(options.settings ?? {})) {
    if (OF_SERVING.includes(name))
      throw new ConfigError(`settings: ${name} is the app's own affair, whose server and process it is`)
    if (!(name in schema))
      throw new ConfigError(`settings: ${name} is not a setting.${didYouMean(name, Object.keys(schema))}`)
  }
  const { principalOf, log } = options
  if (principalOf !== undefined && typeof principalOf !== 'function')
    throw new ConfigError('principalOf must be a function that answers whose request it is')
  if (log !== undefined && typeof log.child !== 'function') throw new ConfigError('log must be a pino')
}

function given(settings: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
