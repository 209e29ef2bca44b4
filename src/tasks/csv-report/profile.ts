/** What is known of a table after each of its rows. */
import { columnNames } from './column-names.ts'
import { column, type Column, type ColumnReport } from './column.ts'

export interface TableReport {
  readonly rows: number
  readonly duplicateRows: number
  readonly columns: ColumnReport[]
}

export interface Profile {
  readonly add: (row: readonly string[]) => void
  readonly rows: () => number
  readonly report: () => TableReport
}

/** With a header the first row added names the columns, and is no row of the table. */
export function profile(header: boolean): Profile {
  const seen = new Set<string>()
  let columns: readonly Column[] | undefined
  let rows = 0
  return {
    add(row) {
      if (columns === undefined) {
        columns = columnNames(header ? row : row.map(() => '')).map((name) => column(name))
        if (header) return
      }
      rows++
      // As JSON and not joined, because a value may hold whatever would be put between.
      seen.add(JSON.stringify(row))
      for (const [i, { add }] of columns.entries()) add(row[i] ?? '')
    },
    rows: () => rows,
    report: () => ({
      rows,
      duplicateRows: rows - seen.size,
      columns: (columns ?? []).map(({ report }) => report()),
    }),
  }
}
