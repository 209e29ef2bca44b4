/** What an invoice comes to. In cents: sums of fractions are off by one now and then. */
export interface Line {
  readonly text: string
  readonly quantity: number
  readonly cents: number
}

export function totalCents(lines: readonly Line[], taxPercent: number): number {
  const net = lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)
  return net + Math.round((net * taxPercent) / 100)
}
