/** Reading one task's file, from any folder on disk; in the worker, and in the process of an isolated attempt. */
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { known, type KnownTask } from '../job/catalogue.ts'
import { isTask } from '../job/task.ts'
import { programFile } from './program-file.ts'

/** @throws whatever is wrong with the file */
export async function importTask(file: string): Promise<KnownTask> {
  makeAcceptdResolvable()
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
  if (!isTask(module.default)) {
    throw new Error('its default export is not a task; export default defineTask({ … })')
  }
  return { ...known(path.basename(file, path.extname(file)), module.default), file }
}

let resolvable = false

/** `import … from 'acceptd'` means this package for a file anywhere on disk, with nothing installed beside it. */
function makeAcceptdResolvable(): void {
  if (resolvable) return
  resolvable = true
  const url = pathToFileURL(programFile('acceptd')).href
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'acceptd' ? { url, shortCircuit: true } : nextResolve(specifier, context),
  })
}
