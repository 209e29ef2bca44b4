/** Reading one task's file, from any folder on disk; in the worker, and in the process of an isolated attempt. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { known, type KnownTask } from '../job/catalogue.ts'
import { isTask } from '../job/task.ts'
import { answerToOwnName } from './own-name.ts'

/** @throws whatever is wrong with the file */
export async function importTask(file: string): Promise<KnownTask> {
  answerToOwnName()
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
  if (!isTask(module.default)) {
    throw new Error('its default export is not a task; export default defineTask({ … })')
  }
  return { ...known(path.basename(file, path.extname(file)), module.default), file }
}
