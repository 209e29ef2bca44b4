/** Text of others, made fit for a terminal: nothing in it that moves the cursor, changes colours or turns the writing round. */
import { stripVTControlCharacters } from 'node:util'

// C0, DEL and C1 controls; line and paragraph separators; marks that change the direction of writing.
const ACTED_ON = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** On one line. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replaceAll(ACTED_ON, '')
}

/** The same JSON: what a terminal would act on is written as \u…, inside of texts, which is the only place it can be. */
export function printableJson(json: string): string {
  return json.replaceAll(ACTED_ON, (char) =>
    char === '\n' ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
