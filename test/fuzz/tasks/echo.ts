/** Completes at once with what it was given. */
import { defineTask, z } from 'acceptd'

export default defineTask({
  summary: 'Answer what was asked',
  input: z.object({ value: z.json().optional() }),
  output: z.object({ value: z.json() }),
  example: { value: 'hello' },
  typicalSeconds: 0.1,
  run: ({ value }) => ({ value: value ?? null }),
})
