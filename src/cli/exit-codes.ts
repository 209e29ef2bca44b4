/** The exit codes of the commands that ask an API: each means one thing, whichever command it is. */
import type { Job } from '../client/client.ts'

export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  canceled: 3,
  unreachable: 4,
  ranOut: 124,
  interrupted: 130,
  readerGone: 141,
} as const

export type Ending = keyof typeof EXIT

const MEANINGS: Readonly<Record<Ending, string>> = {
  fine: 'done; the job completed, where its end was waited for',
  failed: 'the job failed; or the API refuses, as the job is not in a state for it',
  usage: 'the command line is wrong, or the API refuses what it asks for',
  canceled: 'the job was canceled',
  unreachable: 'the API cannot be reached, or cannot answer just now',
  ranOut: 'the wait ran out, or there is no result yet; the job goes on',
  interrupted: 'Ctrl-C; a job goes on',
  readerGone: 'whoever read the output has gone, as in `| head -1`',
}

export function exitCodesHelp(...endings: readonly Ending[]): string {
  const shown = endings.length === 0 ? (Object.keys(EXIT) as Ending[]) : endings
  const lines = shown.map((ending) => `  ${String(EXIT[ending]).padEnd(3)}  ${MEANINGS[ending]}`)
  return `\nExit codes:\n${lines.join('\n')}\n`
}

/** Of a job that has ended. */
export function exitCodeOf({ status }: Pick<Job, 'status'>): number {
  if (status === 'failed') return EXIT.failed
  return status === 'canceled' ? EXIT.canceled : EXIT.fine
}

// RFC 9110: conflict, gone, precondition failed. The request is right; the job is not as it would have to be.
const OF_THE_STATE: ReadonlySet<number> = new Set([409, 410, 412])
const TOO_LATE_OR_TOO_MANY: ReadonlySet<number> = new Set([408, 429])
const FIRST_OF_THE_SERVER = 500

/** Of an answer that was no success. */
export function exitCodeOfStatus(status: number): number {
  if (OF_THE_STATE.has(status)) return EXIT.failed
  return status >= FIRST_OF_THE_SERVER || TOO_LATE_OR_TOO_MANY.has(status) ? EXIT.unreachable : EXIT.usage
}
