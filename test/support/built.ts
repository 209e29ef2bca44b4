/** dist/ as it would be published, for tests of what imports acceptd by its name. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { build } from '../../tools/package/build.ts'
import { until } from './until.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const STAMP = path.join(ROOT, 'dist/acceptd.js')
// One for all test files, which run in processes of their own.
const LOCK = path.join(ROOT, 'node_modules/.acceptd-build')
// A run that was ended in the middle leaves its lock behind. Nothing takes that long.
const LOCK_MS = 60_000

/** Builds it, unless it is newer than all that it is made of. */
export async function built(): Promise<void> {
  await until('the lock of the build', locked)
  try {
    if (!(await isFresh())) await build()
  } finally {
    await fs.rmdir(LOCK)
  }
}

async function locked(): Promise<boolean> {
  try {
    await fs.mkdir(LOCK)
    return true
  } catch {
    const age = await fs.stat(LOCK).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > LOCK_MS) await fs.rm(LOCK, { recursive: true, force: true })
    return false
  }
}

async function isFresh(): Promise<boolean> {
  const made = await changedAt(STAMP).catch(() => 0)
  const names = await fs.readdir(path.join(ROOT, 'src'), { recursive: true })
  const sources = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].concat(
    names.map((name) => path.join('src', name)),
  )
  const changed = await Promise.all(sources.map((name) => changedAt(path.join(ROOT, name))))
  return changed.every((at) => at < made)
}

async function changedAt(file: string): Promise<number> {
  return (await fs.stat(file)).mtimeMs
}
