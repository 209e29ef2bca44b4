/** Profiles a CSV text: what its columns hold, what is missing or repeated, and which lines cannot be read. */
import { defineTask, TaskError, z } from 'acceptd'
import { MAX_SHOWN } from './csv-report/column.ts'
import { detectDelimiter } from './csv-report/delimiter.ts'
import { profile } from './csv-report/profile.ts'
import { readRows, type BadLine } from './csv-report/read-rows.ts'
import { cutRecords, DELIMITERS, type Delimiter } from './csv-report/records.ts'
import { COLUMN_TYPES } from './csv-report/value-type.ts'

const MAX_BAD_LINES = 10

const count = z.int().nonnegative()

const input = z.object({
  text: z
    .string()
    .max(1_000_000)
    .meta({ description: 'The CSV text. Lines may end in LF, CRLF or CR; a byte order mark is ignored' }),
  delimiter: z
    .enum(DELIMITERS)
    .optional()
    .meta({ description: 'What separates the values. Left out, it is detected from the first records' }),
  header: z.boolean().default(true).meta({
    description: 'Whether the first record names the columns. If false, they are named column-1, column-2 …',
  }),
})

const column = z.object({
  name: z.string().meta({
    description:
      'As in the header. An empty name becomes column-N by its place, and a name that is taken gets -2, -3 … put behind it',
  }),
  type: z.enum(COLUMN_TYPES).meta({
    description:
      'What all values are, missing ones aside. Numbers are as JSON writes them; integers with leading zeros or beyond ±(2^53 − 1) are text. Booleans are true and false in any case. Dates are ISO 8601 dates or date-times that exist in the calendar. Empty: there is no value at all',
  }),
  missing: count.meta({ description: 'Values that are empty or only white space' }),
  distinct: count.meta({ description: 'Different values, compared as they are written, missing ones aside' }),
  min: z
    .union([z.number(), z.string()])
    .optional()
    .meta({
      description: `The smallest value: a number in a column of integers or numbers; a string in one of dates or text, in the order of UTF-16 code units, abridged to ${MAX_SHOWN} characters. Absent for boolean and empty`,
    }),
  max: z.union([z.number(), z.string()]).optional().meta({ description: 'The largest value, likewise' }),
})

const badLine = z.object({
  line: count.min(1).meta({ description: 'Number of the line in the text, from 1, where the record begins' }),
  problem: z.string().meta({ description: 'What is wrong with it' }),
})

const output = z.object({
  rows: count.meta({ description: 'Rows read, without the header, bad lines and blank lines' }),
  duplicateRows: count.meta({ description: 'Rows that equal an earlier one in every value' }),
  delimiter: z.enum(DELIMITERS).meta({ description: 'What separates the values, as given or detected' }),
  columns: z.array(column).meta({ description: 'In the order of the text' }),
  badLines: z
    .array(badLine)
    .max(MAX_BAD_LINES)
    .meta({
      description: `The first ${MAX_BAD_LINES} lines that were left out: broken quoting or a wrong number of fields`,
    }),
  badLineCount: count.meta({ description: 'How many lines were left out' }),
})

export default defineTask({
  summary: 'Profile a CSV text: types, gaps, duplicates, bad lines',
  description:
    'Reads a CSV text (RFC 4180) and reports on each column: what type of value it holds, how many are missing or distinct, the smallest and the largest. White space around a value is ignored unless quoted. Lines that cannot be read are listed and left out; they do not fail the job. It fails as `empty-csv` where there is nothing but blank lines, and as `unreadable-csv` where the header cannot be read.',
  input,
  output,
  example: {
    text: 'city,founded,population\nLisbon,,567131\nVienna,,2005760\nBrasília,1960-04-21,2817381\nVienna,,2005760\n',
  },
  // The same text gives the same report, or fails the same way again.
  retry: { limit: 0 },
  timeoutSeconds: 120,
  typicalSeconds: 2,

  async run({ text, delimiter = detectDelimiter(text), header }, { signal, progress }) {
    refuseUnreadable(text, delimiter, header)
    const table = profile(header)
    const badLines: BadLine[] = []
    let badLineCount = 0
    await readRows(text, delimiter, signal, {
      onRow: table.add,
      onBadLine: (bad) => {
        badLineCount++
        if (badLines.length < MAX_BAD_LINES) badLines.push(bad)
      },
      onProgress: (share) => progress(share * 100, `${table.rows()} rows`),
    })
    return { ...table.report(), delimiter, badLines, badLineCount }
  },
})

function refuseUnreadable(text: string, delimiter: Delimiter, header: boolean): void {
  const [first] = cutRecords(text, delimiter)
  if (first === undefined) {
    throw new TaskError('There is nothing in the text', { code: 'empty-csv', retryable: false })
  }
  if (header && 'problem' in first) {
    const detail = `The header, on line ${first.line}, cannot be read. ${first.problem}`
    throw new TaskError(detail, { code: 'unreadable-csv', retryable: false })
  }
}
