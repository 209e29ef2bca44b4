/** A copy of the Postgres programs for a project that only root can enter, such as one in /root. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'

export function copyPrograms(native: string, systemFolder: string): string {
  // Named by content, so that projects of the same version share one copy and an update gets a new one.
  const release = createHash('sha256').update(readFileSync(path.join(native, '..', 'package.json')))
  const copy = path.join(systemFolder, `bin-${release.digest('hex').slice(0, 12)}`)
  if (existsSync(copy)) return copy
  makeSystemFolder(systemFolder)
  // Built aside and renamed, so that a copy cut short is never taken for a whole one.
  const aside = mkdtempSync(`${copy}-`)
  cpSync(native, aside, { recursive: true, verbatimSymlinks: true })
  openToEveryone(aside)
  try {
    renameSync(aside, copy)
  } catch (error) {
    rmSync(aside, { recursive: true })
    if (!existsSync(copy)) throw error // otherwise another process was faster
  }
  return copy
}

function openToEveryone(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const file = path.join(entry.parentPath, entry.name)
    chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

/** Root's, but open to the server's user, whatever the umask. */
export function makeSystemFolder(systemFolder: string): void {
  mkdirSync(systemFolder, { recursive: true })
  chmodSync(systemFolder, 0o755)
}
