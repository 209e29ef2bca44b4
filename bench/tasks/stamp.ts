/** Says when it began. */
import { defineTask, z } from 'acceptd'
import { now } from '../jobs/first-and-last.ts'

export default defineTask({
  summary: 'Say when it began',
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int(), startedAt: z.number() }),
  example: { n: 1 },
  run: ({ n }) => ({ n, startedAt: now() }),
})
