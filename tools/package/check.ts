/** `npm run package:check`: packs, and has publint and attw look at what would be published. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pack } from './pack.ts'

// Only ESM: a CommonJS program gets it by Node's require of ESM.
const CHECKS = [
  ['publint', 'run', '--strict'],
  ['attw', '--profile', 'esm-only', '--no-summary'],
]

const BIN = path.join(import.meta.dirname, '../../node_modules/.bin')
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-package-'))
try {
  const tarball = await pack(folder)
  for (const [tool = '', ...words] of CHECKS) {
    const { status } = spawnSync(path.join(BIN, tool), [...words, tarball], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    })
    if (status !== 0) process.exitCode = 1
  }
} finally {
  await fs.rm(folder, { recursive: true, force: true })
}
