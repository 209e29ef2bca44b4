/** Pieces of what others sent, as they may stand in a sentence: short, on one line, and free of what a terminal would act on. */
import { isDeeperThan, MAX_DEPTH, type Json } from '../job/json.ts'

const MAX_QUOTED = 100

// Control characters, and those that turn the direction of the text around them.
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]+/g

/** The text on one line, at most `max` characters of it. */
export function shortened(text: string, max: number): string {
  // Cut first: it may be a megabyte. Some more than is shown, for what goes away.
  const line = text
    .slice(0, max * 4)
    .toWellFormed()
    .replaceAll(UNPRINTABLE, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  if (line.length <= max && text.length <= max * 4) return line
  return `${line.slice(0, max).toWellFormed()}…`
}

/** How a value of the callee is quoted: without secrets, which must go before anything is cut. */
export type Quote = (value: Json) => string

/** A JSON value as JSON, abridged. */
export function quoted(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, MAX_QUOTED))
  if (isDeeperThan(value, MAX_DEPTH)) return 'something deeply nested'
  return shortened(JSON.stringify(value), MAX_QUOTED)
}
