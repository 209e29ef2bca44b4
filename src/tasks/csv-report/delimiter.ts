/** Tells from its first records what separates the values of a CSV text. */
import { cutRecords, DELIMITERS, type Delimiter } from './records.ts'

const SAMPLE_LINES = 20

/**
 * The delimiter that cuts most of the first records into as many fields as the first of them; a comma where none cuts it
 * at all. Of equals the one rarer in ordinary text wins: 1,5;2,5 is two numbers with decimal commas.
 */
export function detectDelimiter(text: string): Delimiter {
  let best: Delimiter = ','
  let most = 0
  for (const delimiter of DELIMITERS) {
    const agreeing = countAgreeing(text, delimiter)
    if (agreeing <= most) continue
    best = delimiter
    most = agreeing
  }
  return best
}

function countAgreeing(text: string, delimiter: Delimiter): number {
  const widths: number[] = []
  let left = SAMPLE_LINES
  for (const cut of cutRecords(text, delimiter)) {
    if ('fields' in cut) widths.push(cut.fields)
    if (--left === 0) break
  }
  const [first = 1] = widths
  return first === 1 ? 0 : widths.filter((width) => width === first).length
}
