/** How pg reads values: that is set for the whole process, so a program that acceptd is part of may have changed it. */
import pg from 'pg'

const TIMESTAMPTZ = 1184
const JSON_TYPES = [114, 3802]

/** What our statements answer with would be something else than they say; undefined where all is well. */
export function parserFlaw(): string | undefined {
  const read = (type: number, text: string) =>
    (pg.types.getTypeParser(type) as (text: string) => unknown)(text)
  const isPlain =
    read(TIMESTAMPTZ, '2026-01-01 00:00:00+00') instanceof Date &&
    JSON_TYPES.every((type) => Array.isArray(read(type, '[]')))
  if (isPlain) return undefined
  return 'pg.types was told to read timestamptz or json in another way, for acceptd as well: say so to your own Pool or Client, by its option types'
}
