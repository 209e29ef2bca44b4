/** A job's result as it comes: JSON as what it says, anything else as a file. */
import type { ResultFile } from './documents.ts'

export async function resultIn({ headers }: Response, body: Blob): Promise<unknown> {
  const mediaType = headers.get('content-type') ?? ''
  const disposition = headers.get('content-disposition') ?? ''
  // A file may be JSON as well. Then it is a file all the same: that is what its task says of it.
  const isFile = /^\s*attachment\b/i.test(disposition)
  if (!isFile && /^application\/json\b/i.test(mediaType)) return JSON.parse(await body.text())
  const blob = new Blob([body], { type: mediaType })
  const file: ResultFile = { fileName: fileNameIn(disposition), mediaType, blob }
  return file
}

/** RFC 6266 §4.3: `filename*` is the better one, where it can be read. */
function fileNameIn(disposition: string): string | undefined {
  const [, encoded] = /;\s*filename\*\s*=\s*UTF-8''([^;\s]*)/i.exec(disposition) ?? []
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/i.exec(disposition) ?? []
  return decoded(encoded) ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? bare
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
