/** The log of a process in production: one JSON object a line. */
import type { Serving } from './processes.ts'

export interface LogLine extends Record<string, unknown> {
  readonly msg: string
  readonly job?: string
  readonly err?: { readonly message: string; readonly stack: string }
}

export function linesOf(process: Serving): LogLine[] {
  return process
    .output()
    .split('\n')
    .slice(0, -1) // what follows the last line break is not a line yet
    .map((line) => JSON.parse(line) as LogLine)
}
