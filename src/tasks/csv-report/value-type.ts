/** What type of value a text is, and what type of column the values make. */

export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'date', 'text', 'empty'] as const

/** `empty`: a column without any value. */
export type ColumnType = (typeof COLUMN_TYPES)[number]

export type ValueType = Exclude<ColumnType, 'empty'>

export function typeOf(value: string): ValueType {
  if (NUMBER.test(value)) return numberType(value)
  if (BOOLEAN.test(value)) return 'boolean'
  return isDate(value) ? 'date' : 'text'
}

/** The type of a column that was of `type` before a value of another came. */
export function widen(type: ColumnType, added: ValueType): ColumnType {
  if (type === 'empty' || type === added) return added
  return isNumeric(type) && isNumeric(added) ? 'number' : 'text'
}

export function isNumeric(type: ColumnType): boolean {
  return type === 'integer' || type === 'number'
}

// As JSON writes numbers: without the leading zeros and plus signs that make a postcode or a telephone number.
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?\d+$/
const BOOLEAN = /^(?:true|false)$/i

// What a double cannot hold stays text, as an account number must.
function numberType(literal: string): ValueType {
  const value = Number(literal)
  if (INTEGER.test(literal)) return Number.isSafeInteger(value) ? 'integer' : 'text'
  return Number.isFinite(value) ? 'number' : 'text'
}

const DATE =
  /^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])-(?<day>\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/

/** An ISO 8601 date, or date and time, that is in the calendar. */
function isDate(value: string): boolean {
  const [, year, month, day] = DATE.exec(value)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  // Day 0 of the next month is the last of this one. Date.UTC takes the years 0 to 99 for those of the twentieth
  // century; the calendar repeats itself every 400 years.
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return day >= 1 && day <= daysInMonth
}
