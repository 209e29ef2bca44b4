/** The invoice as HTML. */
import type { Line } from './total.ts'

export interface Invoice {
  readonly number: string
  readonly customer: string
  readonly lines: readonly Line[]
}

export function page({ number, customer, lines }: Invoice, totalCents: number): string {
  const rows = lines.map(({ text, quantity, cents }) => {
    return `<tr><td>${escaped(text)}<td>${quantity}<td>${euros(cents)}`
  })
  return `<!doctype html>
<title>Invoice ${escaped(number)}</title>
<h1>Invoice ${escaped(number)}</h1>
<p>For ${escaped(customer)}
<table>
${rows.join('\n')}
<tr><td>With tax<td><td>${euros(totalCents)}
</table>
`
}

const euros = (cents: number) => `€ ${(cents / 100).toFixed(2)}`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Names are whatever somebody typed. */
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
