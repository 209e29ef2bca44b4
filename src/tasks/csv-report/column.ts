/** What is known of a column after each of its values. */
import { isNumeric, typeOf, widen, type ColumnType } from './value-type.ts'

export interface ColumnReport {
  readonly name: string
  readonly type: ColumnType
  readonly missing: number
  readonly distinct: number
  readonly min?: number | string
  readonly max?: number | string
}

export interface Column {
  readonly add: (value: string) => void
  readonly report: () => ColumnReport
}

interface Range<T> {
  readonly min: T
  readonly max: T
}

export function column(name: string): Column {
  const values = new Set<string>()
  let missing = 0
  let type: ColumnType = 'empty'
  let numbers: Range<number> | undefined
  let texts: Range<string> | undefined
  return {
    add(value) {
      if (value.trim() === '') {
        missing++
        return
      }
      if (values.has(value)) return
      values.add(value)
      type = type === 'text' ? type : widen(type, typeOf(value))
      if (isNumeric(type)) numbers = extended(numbers, Number(value))
      // Of numbers as well: a later value may make the whole column one of text.
      texts = extended(texts, value)
    },
    report: () => ({ name, type, missing, distinct: values.size, ...range() }),
  }

  function range(): Partial<Range<number | string>> {
    if (isNumeric(type)) return { ...numbers }
    if (texts === undefined || type === 'boolean') return {}
    return { min: abridged(texts.min), max: abridged(texts.max) }
  }
}

function extended<T extends number | string>(range: Range<T> | undefined, value: T): Range<T> {
  if (range === undefined) return { min: value, max: value }
  if (value < range.min) return { ...range, min: value }
  if (value > range.max) return { ...range, max: value }
  return range
}

export const MAX_SHOWN = 200

/** The cut never leaves half of a UTF-16 pair. */
function abridged(text: string): string {
  if (text.length <= MAX_SHOWN) return text
  return `${text.slice(0, MAX_SHOWN - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
