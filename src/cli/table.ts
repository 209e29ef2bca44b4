/** Rows with their columns under one another. */
import { printable } from './printable.ts'
import { styled, type Out, type Style } from './output.ts'

/** A text, or one with a style. */
export type Cell = string | { readonly text: string; readonly style: Style | undefined }

const GAP = '  '

/** Each cell on one line; on a terminal no line is longer than that is wide. The last column is for long texts. */
export function table(rows: readonly (readonly Cell[])[], stream: Out = process.stdout): string[] {
  const cells = rows.map((row) => row.map((cell) => plain(cell)))
  const count = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => row[column]?.text.length ?? 0)),
  )
  const limit = stream.isTTY ? widthOf(stream) : Infinity
  return cells.map((row) => {
    let left = limit
    const shown = row.map(({ text, style }, column) => {
      const padded = column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0) + GAP
      const cut = shortened(padded, left)
      left -= columnsOf(cut)
      return styled(style, cut, stream)
    })
    return shown.join('').trimEnd()
  })
}

/** A terminal that does not say how wide it is counts as one of the usual width. */
export function widthOf(stream: Out): number {
  return stream.columns || 80
}

function plain(cell: Cell): { readonly text: string; readonly style: Style | undefined } {
  const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell
  return { text: printable(text), style }
}

/** As much of it as fits. */
export function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let left = columns - 1
  let kept = ''
  for (const char of text) {
    left -= columnsOf(char)
    if (left < 0) break
    kept += char
  }
  return columns > 0 ? `${kept}…` : ''
}

/** At most what a terminal makes of it: scripts whose letters may be twice as wide are taken to be. */
function columnsOf(text: string): number {
  let columns = 0
  for (const char of text) columns += (char.codePointAt(0) ?? 0) < 0x1100 || /[─━…–—‘’“”•]/.test(char) ? 1 : 2
  return columns
}
