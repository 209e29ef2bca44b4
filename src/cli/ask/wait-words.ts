/** `--wait "$job"`: a word that is no number is none of the option's, which has a value only now and then. */

/** What `--wait` is given where it stands without a number. */
export const UNTIL_THE_END = 'end'

const WAIT = '--wait'

// Also one with a unit, which is then refused, as it is meant for a number.
const NUMBER = /^[\d.,]+(?:ms|s|sec|m|min|h|d)?$/i

/** @param words of a command line; those after `--` are nothing but arguments */
export function waitsApart(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return words.map((word, at) => {
    const next = words[at + 1]
    const isApart = word === WAIT && (end < 0 || at < end) && next !== undefined && !NUMBER.test(next)
    return isApart ? `${WAIT}=${UNTIL_THE_END}` : word
  })
}
