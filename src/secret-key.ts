/** The key that secrets are sealed with, where nobody has set one: made once, and kept beside the embedded database. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

const FILE = 'secret-key'

/** Whoever starts first makes it; the others read it. */
export async function keyBeside(dataDir: string): Promise<string> {
  const file = path.join(dataDir, FILE)
  const made = `${file}.${randomBytes(6).toString('hex')}`
  await fs.writeFile(made, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    // Whole or not at all, and never over another: that one has sealed something by now.
    await fs.link(made, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await fs.rm(made)
  }
  return fs.readFile(file, 'utf8')
}
