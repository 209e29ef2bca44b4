/** Answers the SHA-256 of a text. Any task of your own goes into this folder. */
import { createHash } from 'node:crypto'
import { defineTask, z } from 'acceptd'

export default defineTask({
  summary: 'Compute the SHA-256 of a text',
  input: z.object({ text: z.string() }),
  output: z.object({ sha256: z.string() }),
  example: { text: 'to be or not to be' },
  typicalSeconds: 1,
  run: ({ text }) => ({ sha256: createHash('sha256').update(text).digest('hex') }),
})
