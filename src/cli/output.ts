/** Where commands write: results on standard output, everything about them on standard error. */
import { styleText } from 'node:util'
import type { Status } from '../client/client.ts'
import { EXIT } from './exit-codes.ts'
import { printable, printableJson } from './printable.ts'

export type Out = NodeJS.WriteStream

/** A line for whoever asked. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A line about what happens. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** To be read on a terminal; elsewhere on one line, for programs. */
export function printJson(value: unknown): void {
  print(printableJson(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0)))
}

/** Always on one line: one of many. */
export function printJsonLine(value: unknown): void {
  print(printableJson(JSON.stringify(value)))
}

export type Style = Parameters<typeof styleText>[0]

/** Coloured where the stream is a terminal and NO_COLOR is not set; plain otherwise. */
export function styled(style: Style | undefined, text: string, stream: Out = process.stdout): string {
  return style === undefined ? text : styleText(style, text, { stream })
}

export const STATUS_STYLES: Readonly<Record<Status, Style>> = {
  pending: 'yellow',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  canceled: 'magenta',
}

export function statusShown(status: Status, stream?: Out): string {
  return styled(STATUS_STYLES[status], printable(status), stream)
}

/** As `| head -1` does it: nobody reads on. That is no error of ours, and nothing more is to be said. */
export function endWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.readerGone)
    throw error
  })
  process.stderr.on('error', () => undefined)
}
