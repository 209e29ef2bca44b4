/** Patterns of clients, matched by RE2: in time that grows with the text and no faster, whatever the pattern. */
import { RE2JS } from 're2js'

export const MAX_PATTERN = 200

// A repetition such as {1000} is written out; with as much text as may be matched, this many steps take some tenths of a
// second at worst, during which a worker does nothing else.
const MAX_STEPS = 500

/** Longer texts are not matched; so many characters hold whatever a person would look for in one value. */
export const MAX_MATCHED = 16_384

export interface Pattern {
  /** True where it occurs anywhere in the text; ^ and $ tie it to the ends. */
  readonly occursIn: (text: string) => boolean
}

/** @throws Error with a sentence for the client */
export function compilePattern(source: string): Pattern {
  const compiled = compile(source)
  if (compiled.programSize() > MAX_STEPS) throw new Error('Must have fewer or smaller repetitions')
  return { occursIn: (text) => compiled.matcher(text).find() }
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    const said = Error.isError(error) ? error.message.replace(/^error parsing regexp: /, '') : 'unknown'
    throw new Error(`Must be a regular expression as RE2 takes them: ${said}`, { cause: error })
  }
}
