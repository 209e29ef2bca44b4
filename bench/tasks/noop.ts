/** Does nothing. */
import { defineTask, z } from 'acceptd'
import { countJob } from '../jobs/first-and-last.ts'

export default defineTask({
  summary: 'Do nothing',
  input: z.object({ n: z.int() }),
  output: z.object({ ok: z.boolean() }),
  example: { n: 1 },
  run() {
    countJob()
    return { ok: true }
  },
})
