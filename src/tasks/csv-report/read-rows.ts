/** Reads the rows of a CSV text a piece at a time, leaving out the lines that do not fit. */
import { parse } from 'csv-parse'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { cutRecords, type Cut, type Delimiter } from './records.ts'

export interface BadLine {
  /** Where it begins, from 1. */
  readonly line: number
  readonly problem: string
}

export interface RowReader {
  /** The fields of a record, header included; every row has as many as the first. */
  readonly onRow: (fields: readonly string[]) => void
  readonly onBadLine: (bad: BadLine) => void
  /** After each piece, with the share of the text that has been read, 0–1. */
  readonly onProgress: (share: number) => void
}

// Some ten milliseconds of work at worst, where every row is one character; then the event loop gets its turn.
const PIECE_LENGTH = 16 * 1024

/** @throws the signal's reason, within a piece of its being aborted */
export async function readRows(
  text: string,
  delimiter: Delimiter,
  signal: AbortSignal,
  reader: RowReader,
): Promise<void> {
  // No more than sound records of one width reach csv-parse. Left to find the rest itself it loses the rows between
  // two stray quotes, takes quadratic time over a line full of them, and counts a quoted CRLF as two lines.
  await pipeline(
    pieces,
    parse({ delimiter, record_delimiter: '\n', trim: true }),
    async (rows: AsyncIterable<string[]>) => {
      for await (const row of rows) reader.onRow(row)
    },
  )

  async function* pieces(): AsyncGenerator<string> {
    let piece = ''
    let pauseAt = PIECE_LENGTH
    let width: number | undefined
    for (const cut of cutRecords(text, delimiter)) {
      if ('fields' in cut) width ??= cut.fields
      const problem = problemOf(cut, width)
      if (problem !== undefined) reader.onBadLine({ line: cut.line, problem })
      else if ('text' in cut) piece += `${cut.text}\n`
      if (cut.end < pauseAt) continue
      yield piece
      await pause(cut.end / text.length)
      piece = ''
      pauseAt = cut.end + PIECE_LENGTH
    }
    yield piece
    await pause(1)
  }

  async function pause(share: number): Promise<void> {
    reader.onProgress(share)
    await nextTurn()
    signal.throwIfAborted()
  }
}

function problemOf(cut: Cut, width: number | undefined): string | undefined {
  if ('problem' in cut) return cut.problem
  if (cut.fields === width) return undefined
  return `Wrong number of fields: ${cut.fields} instead of ${width}`
}
