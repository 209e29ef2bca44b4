/** The symbolic links between the bundled libraries, which npm packages cannot carry. */
import { lstatSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { codeOf, EmbeddedPostgresError, reasonOf } from './error.ts'

interface Link {
  readonly source: string
  readonly target: string
}

/** Does what the package's postinstall script would have done, because npm may have blocked that script. */
export function linkLibraries(native: string): void {
  for (const { source, target } of readLinks(path.join(native, 'pg-symlinks.json'))) {
    const link = path.join(native, '..', target)
    // Looked for first, so that a read-only install whose links are there is never written to.
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) makeLink(path.basename(source), link)
  }
}

function readLinks(file: string): readonly Link[] {
  // Not every platform has the list.
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return []
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Link[]
}

function makeLink(to: string, link: string): void {
  try {
    symlinkSync(to, link)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return // another process starting at the same instant was faster
    throw new EmbeddedPostgresError(
      `The bundled Postgres lacks a link which cannot be made: ${link} (${reasonOf(cause)})`,
      'Run `npm rebuild` once as the user who installed the packages',
      { cause },
    )
  }
}
