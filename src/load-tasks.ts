/** Every file in a tasks folder becomes a task named after the file. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Catalogue, KnownTask } from './job/catalogue.ts'
import { importTask } from './work/task-file.ts'

export const SHIPPED_TASKS = path.join(import.meta.dirname, 'tasks')

/** A task file or folder that cannot be used: the path and the reason. */
export class TaskFileError extends Error {
  override readonly name = 'TaskFileError'
}

/** @throws TaskFileError on the first file that is not a task, and on a name used twice */
export async function loadTasks(folders: readonly string[]): Promise<Catalogue> {
  const tasks = new Map<string, KnownTask>()
  const origins = new Map<string, string>()
  for (const folder of folders) {
    for (const file of await taskFiles(folder)) {
      const task = await loadTask(file)
      const earlier = origins.get(task.name)
      if (earlier) throw new TaskFileError(`${file}: there is a task "${task.name}" already, in ${earlier}`)
      tasks.set(task.name, task)
      origins.set(task.name, file)
    }
  }
  return tasks
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'this is a file; name its folder',
}

async function taskFiles(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const reason = REASONS[error.code ?? ''] ?? error.message
    throw new TaskFileError(`${folder}: ${reason} (ACCEPTD_TASKS)`, { cause: error })
  })
  return names
    .filter((name) => /\.(m?ts|m?js)$/.test(name) && !/\.d\.m?ts$/.test(name) && !/\.test\.\w+$/.test(name))
    .toSorted()
    .map((name) => path.join(folder, name))
}

async function loadTask(file: string): Promise<KnownTask> {
  try {
    return await importTask(file)
  } catch (error) {
    throw new TaskFileError(`${file}: ${reasonOf(error)}${placeOf(error)}`, { cause: error })
  }
}

/** Where TypeScript cannot be read, Node says in front of the stack: the line, and a mark below it. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code = '', stack = '' } = error as NodeJS.ErrnoException
  const [, line, excerpt] = /^\/?.+:(\d+)\n([^]*?\^+)\n/.exec(stack) ?? []
  return code.endsWith('_TYPESCRIPT_SYNTAX') && line !== undefined ? ` (line ${line})\n${excerpt}` : ''
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
