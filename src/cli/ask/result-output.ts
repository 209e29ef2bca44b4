/** The result of a job where it is wanted: on standard output, or in a file. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { once } from 'node:events'
import type { Job, ResultFile } from '../../client/client.ts'
import { whyNotWritten } from '../file-trouble.ts'
import { note, printJson } from '../output.ts'
import { printable } from '../printable.ts'
import type { Api } from './api.ts'
import { quoted } from './quoted.ts'
import { UsageError } from './usage-error.ts'

/** @throws UsageError where the file cannot be written */
export async function outputResult(api: Api, job: Job, output: string | undefined): Promise<void> {
  // No deadline: it may be large.
  const result = 'result' in job ? job.result : await api.client.result(job.id)
  const file = isFile(result) ? result : undefined
  const bytes = file ? Buffer.from(await file.blob.arrayBuffer()) : undefined
  if (output !== undefined && output !== '-') return save(output, bytes ?? `${JSON.stringify(result)}\n`)
  if (!file || !bytes) return printJson(result)
  if (process.stdout.isTTY && output !== '-') return note(howToSave(api, job, file))
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
}

async function save(file: string, content: string | Buffer): Promise<void> {
  try {
    await fs.writeFile(file, content)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${whyNotWritten(error)}`, { cause: error })
  }
}

/** Bytes could be anything, and do anything to a terminal. */
function howToSave(api: Api, job: Job, { fileName, mediaType, blob }: ResultFile): string {
  const name = path.basename(printable(fileName ?? '')) || 'result'
  return (
    `The result is a file (${printable(mediaType)}, ${blob.size} bytes). To keep it: ` +
    api.command('result', printable(job.id), '--output', quoted(name))
  )
}

function isFile(result: unknown): result is ResultFile {
  return typeof result === 'object' && result !== null && 'blob' in result && result.blob instanceof Blob
}
