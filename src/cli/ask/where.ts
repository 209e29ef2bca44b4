/** `--where status=failed,task=word-count`: the filters of the list, as they are written on a command line. */
import { InvalidArgumentError } from 'commander'

export type Filters = readonly (readonly [name: string, value: string])[]

// What the command itself asks for.
const NO_FILTERS: ReadonlySet<string> = new Set(['limit', 'dryRun', 'cursor'])

/**
 * Whether there is a filter of such a name, and what it may be, the API knows.
 * @param before of another --where on the same line
 */
export function filtersIn(text: string, before: Filters = []): Filters {
  const pairs = text.split(',').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return [name.trim(), value.join('=').trim()] as const
  })
  for (const [name, value] of pairs) {
    if (name === '' || value === '')
      throw new InvalidArgumentError(
        'Write name=value pairs with commas between, such as status=failed,tag=a',
      )
    if (NO_FILTERS.has(name)) throw new InvalidArgumentError(`${name} is not a filter.`)
  }
  return [...before, ...pairs]
}
