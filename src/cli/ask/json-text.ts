/** JSON that somebody has written by hand: where it is wrong, and its numbers as they stand. */
import { UsageError } from './usage-error.ts'

// Of ES2026; the types of our target do not have it yet.
const { rawJSON } = JSON as unknown as { readonly rawJSON: (source: string) => unknown }

/** @throws UsageError with the line and the column */
export function parseJson(text: string, what: string, advice = ''): unknown {
  const json = text.replace(/^\ufeff/, '')
  if (json.trim() === '') throw new UsageError(`${what} is empty. The least there is: {}`)
  try {
    return JSON.parse(json, kept) as unknown
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${complaint(json, error as Error)}.${advice}`, {
      cause: error,
    })
  }
}

/** A number that cannot be kept exactly goes to the API as it was written, which then refuses it; here it would be rounded. */
function kept(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return rawJSON(source)
}

function complaint(json: string, error: Error): string {
  const position = positionOf(json, error)
  const before = json.slice(0, position).split('\n')
  const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
  if (position >= json.trimEnd().length) return `it ends too soon (${where})`
  const [reason = ''] = error.message.split(
    / in JSON at position| is not valid JSON|, "|, \.\.\."| after JSON at/,
  )
  return `${reason.replace(/^./, (letter) => letter.toLowerCase())} (${where})`
}

/** V8 names it for most errors. For a token that it did not expect it names the token only. */
function positionOf(json: string, { message }: Error): number {
  const [, named] = /at position (\d+)/.exec(message) ?? []
  if (named !== undefined) return Number(named)
  if (!isUnexpected(json)) return json.length
  // Whatever ends before that token is no more than unfinished; whatever goes beyond meets it.
  let [unfinished, met] = [0, json.length]
  while (met - unfinished > 1) {
    const middle = Math.floor((unfinished + met) / 2)
    if (isUnexpected(json.slice(0, middle))) met = middle
    else unfinished = middle
  }
  return unfinished
}

function isUnexpected(json: string): boolean {
  try {
    JSON.parse(json)
    return false
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token')
  }
}
