/** The input of a job as it stands on a command line: JSON, `@file`, or `-` for standard input. */
import fs from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { whyNotRead } from '../file-trouble.ts'
import { note } from '../output.ts'
import { parseJson } from './json-text.ts'
import { UsageError } from './usage-error.ts'

/**
 * Left out, it is `{}`: standard input is read only where that is said, or a command in a shell's loop would swallow what
 * the loop is about.
 * @throws UsageError; the signal's reason
 */
export async function inputFrom(argument: string | undefined, signal: AbortSignal): Promise<unknown> {
  if (argument === undefined) return {}
  if (argument === '-' || argument === '@-') return parseJson(await standardInput(signal), 'Standard input')
  if (!argument.startsWith('@'))
    return parseJson(argument, 'The input', ' Write JSON, @file, or - for standard input.')
  const file = argument.slice(1)
  return parseJson(await contentOf(file), file)
}

async function standardInput(signal: AbortSignal): Promise<string> {
  if (process.stdin.isTTY) note('Reading the input from the terminal; Ctrl-D ends it.')
  try {
    return await text(addAbortSignal(signal, process.stdin))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${whyNotRead(error)}`, { cause: error })
  }
}
