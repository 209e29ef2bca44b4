/** Cuts a CSV text into records, by the grammar of RFC 4180, and names the lines that are none. */

export const DELIMITERS = ['\t', '|', ';', ','] as const

export type Delimiter = (typeof DELIMITERS)[number]

/** A record, or a line that cannot be one, and where the text goes on. */
export type Cut = { readonly line: number; readonly end: number } & (SoundRecord | BadRecord)

interface SoundRecord {
  /** As it stands in the text, without its line break. */
  readonly text: string
  readonly fields: number
}

interface BadRecord {
  readonly problem: string
}

// A report on more columns than this would be many times as large as the text itself.
const MAX_FIELDS = 100_000

const BROKEN_QUOTING =
  'Broken quoting: quotes must enclose a whole value, and a quote inside them must be written twice'
const TOO_WIDE = `More than ${MAX_FIELDS} fields`

/** In the order of the text. A byte order mark and blank lines are passed over. */
export function* cutRecords(text: string, delimiter: Delimiter): Generator<Cut> {
  const { blankLines, record } = patterns(delimiter)
  let line = 1
  let end = text.startsWith('\uFEFF') ? 1 : 0
  for (;;) {
    line += countLineBreaks(take(blankLines) ?? '')
    if (end === text.length) return
    const whole = take(record)
    // What is wrong ends with its line. Were the rest of the text taken into the quotes, one quote too many would
    // cost every row after it.
    if (whole === undefined) take(REST_OF_LINE)
    yield { line, end, ...judged(whole, delimiter) }
    line += countLineBreaks(whole ?? '')
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = end
    const [found] = pattern.exec(text) ?? []
    if (found !== undefined) end = pattern.lastIndex
    return found
  }
}

const REST_OF_LINE = /[^\r\n]*/y

// Branches begin with different characters, but for spaces: even a match that fails takes no more than linear time.
function patterns(delimiter: Delimiter) {
  const space = `[^\\S\\r\\n${delimiter}]*`
  const quoted = ` *"[^"]*(?:""[^"]*)*" *`
  const field = `(?:${quoted}|[^"\\r\\n${delimiter}]*)`
  return {
    blankLines: new RegExp(`(?:${space}(?:\\r\\n?|\\n))*(?:${space}$)?`, 'y'),
    record: new RegExp(`${field}(?:[${delimiter}]${field})*(?=[\\r\\n]|$)`, 'y'),
  }
}

function judged(text: string | undefined, delimiter: Delimiter): SoundRecord | BadRecord {
  if (text === undefined) return { problem: BROKEN_QUOTING }
  const fields = text.replaceAll(/"[^"]*"/g, '').split(delimiter).length
  return fields > MAX_FIELDS ? { problem: TOO_WIDE } : { text, fields }
}

function countLineBreaks(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0
}
