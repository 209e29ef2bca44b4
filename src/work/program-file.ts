/** Where a file of this program is that is started or imported by its path: src/….ts in a checkout, dist/….js in a package. */
import path from 'node:path'

const EXTENSION = path.extname(import.meta.filename)

/** @param name relative to this folder's parent, without extension */
export function programFile(name: string): string {
  return path.join(import.meta.dirname, '..', name + EXTENSION)
}
