/** Makes an invoice, as a page that can be printed. */
import { defineTask, fileResult, TaskError, z } from 'acceptd'
import { page } from './invoice/page.ts'
import { totalCents } from './invoice/total.ts'

const MAX_CENTS = 1_000_000_00

export default defineTask({
  summary: 'Make an invoice',
  input: z.object({
    number: z.string().regex(/^[\w-]{1,40}$/, 'Must be letters, digits, - and _, 40 at most'),
    customer: z.string().min(1).max(200),
    lines: z
      .array(
        z.object({
          text: z.string().max(200),
          quantity: z.int().positive(),
          cents: z.int().meta({ description: 'Price of one, in cents' }),
        }),
      )
      .min(1)
      .max(1000),
    taxPercent: z.number().min(0).max(100).default(20),
  }),
  output: fileResult,
  example: {
    number: '2026-017',
    customer: 'Ada Lovelace',
    lines: [{ text: 'Engine, analytical', quantity: 2, cents: 150_000 }],
  },
  typicalSeconds: 1,
  run(invoice, { log }) {
    const total = totalCents(invoice.lines, invoice.taxPercent)
    if (total > MAX_CENTS) {
      // For the client to read, with a code of the task's own; the same input fails the same way again.
      throw new TaskError('Somebody has to sign this one', { code: 'total-too-large', retryable: false })
    }
    log.info('invoice made', { number: invoice.number, total })
    return {
      fileName: `invoice-${invoice.number}.html`,
      mediaType: 'text/html; charset=utf-8',
      text: page(invoice, total),
    }
  },
})
