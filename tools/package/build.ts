/** `npm run build`: dist/, which is what the package runs and the checkout does not. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.join(import.meta.dirname, '../..')
const run = promisify(execFile)
const tool = (file: string, ...words: readonly string[]) =>
  run(process.execPath, [path.join(ROOT, 'node_modules', file), ...words], { cwd: ROOT })

/** @throws with what the compiler says */
export async function build(): Promise<void> {
  // Or what has been renamed would be shipped under both names.
  await fs.rm(path.join(ROOT, 'dist'), { recursive: true, force: true })
  await tool('typescript/bin/tsc', '-p', 'tsconfig.build.json')
  // One file, so that a page can have it without a bundler of its own.
  const client = [
    'src/client/client.ts',
    '--file',
    'dist/client.js',
    '--format',
    'esm',
    '--platform',
    'browser',
  ]
  await tool('rolldown/bin/cli.mjs', ...client)
}

if (import.meta.main) {
  try {
    await build()
  } catch (error) {
    process.stderr.write(`${(error as { stdout?: string }).stdout || String(error)}\n`)
    process.exitCode = 1
  }
}
