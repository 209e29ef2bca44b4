/** `npm pack` as a function: what would be published, as a file. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.join(import.meta.dirname, '../..')

/**
 * @param folder an empty one; returns the tarball in it
 * @param asItIs packs the dist/ that there is, instead of building it first
 */
export async function pack(folder: string, { asItIs = false } = {}): Promise<string> {
  await npm(['pack', '--pack-destination', folder, ...(asItIs ? ['--ignore-scripts'] : [])], ROOT)
  const [name = ''] = await fs.readdir(folder)
  return path.join(folder, name)
}

/** Returns what it printed. @throws with what npm said */
export async function npm(words: readonly string[], cwd: string): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  // The npm that runs this script, if any: beside the Node that runs this there may be none.
  const own = process.env['npm_execpath']
  const [program, ...before] = own === undefined ? ['npm'] : [process.execPath, own]
  const { stdout } = await promisify(execFile)(program, [...before, ...quiet, ...words], {
    cwd,
    shell: own === undefined && process.platform === 'win32',
  })
  return stdout
}
