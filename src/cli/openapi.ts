/** `acceptd openapi`: the document on standard output, or in openapi.yaml, or compared with it. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDocumentedCallTasks } from '../call-tasks.ts'
import type { Config } from '../config.ts'
import { openApiYaml } from '../http/openapi/document.ts'
import { loadTasks, SHIPPED_TASKS } from '../load-tasks.ts'
import { say } from './tell.ts'

const FILE = path.join(import.meta.dirname, '../../openapi.yaml')

export async function openApi(
  config: Config,
  { write, check }: { write?: true; check?: true },
): Promise<void> {
  // The committed document is of what is shipped, whatever the environment of whoever runs this.
  if (!write && !check) {
    const yaml = openApiYaml(
      withDocumentedCallTasks(await loadTasks([SHIPPED_TASKS, ...config.taskFolders])),
      config.publicUrl,
    )
    process.stdout.write(yaml)
    return
  }
  const yaml = openApiYaml(withDocumentedCallTasks(await loadTasks([SHIPPED_TASKS])))
  if (write) return fs.writeFile(FILE, yaml)
  if ((await fs.readFile(FILE, 'utf8')) === yaml) return say('openapi.yaml is up to date.')
  say('openapi.yaml is not what the code says. Run: npm run openapi')
  process.exitCode = 1
}
